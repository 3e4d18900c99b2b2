import { sendBy } from './bare-fetch.mjs';
import { handWrittenCache } from './hand-written-cache.mjs';

/** The usual wrapper written by hand: it asks nobody where a token may go, and sends nothing twice. */
export const contender = {
  name: 'hand-written fetch wrapper',
  package: 'node',
  client: 'fetch',
  isCacheByHand: true,
  floor: 'bare-fetch',
  connect({ apiUrl, fetch = globalThis.fetch, ...client }) {
    const getToken = handWrittenCache(client);
    const authorized = async (input, init) => {
      const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
      headers.set('authorization', `Bearer ${await getToken()}`);
      return fetch(input, { ...init, headers });
    };
    return { fetch: authorized, send: sendBy(authorized, apiUrl) };
  },
};
