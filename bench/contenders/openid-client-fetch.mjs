import { sendBy } from './bare-fetch.mjs';
import { openidCache } from './openid-client.mjs';

/** A wrapper as a careful user would write it around openid-client, which has none. */
export const contender = {
  name: 'openid-client, fetch wrapper and cache by hand',
  package: 'openid-client',
  client: 'fetch',
  isCacheByHand: true,
  floor: 'bare-fetch',
  connect({ apiUrl, fetch = globalThis.fetch, ...client }) {
    const getToken = openidCache(client);
    const authorized = async (input, init) => {
      const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
      headers.set('authorization', `Bearer ${await getToken()}`);
      return fetch(input, { ...init, headers });
    };
    return { fetch: authorized, send: sendBy(authorized, apiUrl) };
  },
};
