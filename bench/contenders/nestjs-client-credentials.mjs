import axios from 'axios';
import { authorizeAxios, MemoryTokenStore, TokenManager } from 'nestjs-client-credentials/core';
import { readyStore } from './ready-store.mjs';

/** This library with plain axios. */
export const contender = {
  name: 'nestjs-client-credentials, authorizeAxios',
  package: 'nestjs-client-credentials',
  connect({ tokenUrl, clientId, clientSecret, axiosDefaults, store }) {
    const bench = { tokenUrl, clientId, clientSecret };
    const tokens = new TokenManager({ providers: { bench }, ...(store && { store }) });
    const source = tokens.source('bench');
    const instance = axios.create(axiosDefaults);
    authorizeAxios(instance, source);
    return {
      axios: instance,
      get: (path) => instance.get(path),
      getToken: (request) => source.getToken(request),
      close: () => tokens.close(),
    };
  },
  /** One provider with a token per scope. `isQuick` fills the cache without token requests until `seal()`. */
  hoard({ tokenUrl, clientId, clientSecret, capacity, isQuick = false }) {
    const { store, seal } = isQuick
      ? readyStore(capacity)
      : { store: new MemoryTokenStore({ maxEntries: capacity }), seal: () => undefined };
    const tokens = new TokenManager({ providers: { bench: { tokenUrl, clientId, clientSecret } }, store });
    const source = tokens.source('bench');
    const get = (scope) => source.getToken({ scope });
    return { add: get, get, seal };
  },
};
