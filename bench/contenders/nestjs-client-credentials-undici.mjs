import { TokenManager } from 'nestjs-client-credentials/core';
import { authorizeDispatcher } from 'nestjs-client-credentials/undici';
import { Agent } from 'undici';
import { requestBy } from './bare-undici.mjs';

/** This library with undici. */
export const contender = {
  name: 'nestjs-client-credentials, authorizeDispatcher',
  package: 'nestjs-client-credentials',
  client: 'undici',
  floor: 'bare-undici',
  connect({ tokenUrl, apiUrl, clientId, clientSecret }) {
    const bench = { tokenUrl, clientId, clientSecret, api: { baseURL: apiUrl } };
    const tokens = new TokenManager({ providers: { bench } });
    const dispatcher = new Agent().compose(authorizeDispatcher(tokens.source('bench')));
    return {
      send: requestBy(dispatcher, apiUrl),
      close: () => Promise.all([tokens.close(), dispatcher.close()]),
    };
  },
};
