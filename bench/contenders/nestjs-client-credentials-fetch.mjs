import { authorizeFetch, TokenManager } from 'nestjs-client-credentials/core';
import { sendBy } from './bare-fetch.mjs';

/** This library with the platform's fetch. */
export const contender = {
  name: 'nestjs-client-credentials, authorizeFetch',
  package: 'nestjs-client-credentials',
  client: 'fetch',
  floor: 'bare-fetch',
  connect({ tokenUrl, apiUrl, clientId, clientSecret, fetch = globalThis.fetch }) {
    const bench = { tokenUrl, clientId, clientSecret, api: { baseURL: apiUrl } };
    const tokens = new TokenManager({ providers: { bench } });
    const authorized = authorizeFetch(tokens.source('bench'), fetch);
    return { fetch: authorized, send: sendBy(authorized, apiUrl), close: () => tokens.close() };
  },
};
