import { axiosWithBearer } from './bearer-interceptor.mjs';
import { handWrittenCache } from './hand-written-cache.mjs';

/** An interceptor around the usual hand-written cache. */
export const contender = {
  name: 'hand-written interceptor',
  package: 'axios',
  isCacheByHand: true,
  lacks: { many: 'one token', sharedStore: 'one process' },
  connect({ axiosDefaults, ...client }) {
    const getToken = handWrittenCache(client);
    const instance = axiosWithBearer(axiosDefaults, getToken);
    return { axios: instance, get: (path) => instance.get(path), getToken };
  },
};
