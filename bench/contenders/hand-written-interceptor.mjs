import { askForToken } from './ask-for-token.mjs';
import { axiosWithBearer } from './bearer-interceptor.mjs';

/** What is found in most code bases: a token, when it ends, and a request for another one by whoever finds it ended. */
export const contender = {
  name: 'an interceptor written by hand',
  package: 'axios',
  isCacheByHand: true,
  lacks: { many: 'one token', sharedStore: 'one process' },
  connect({ axiosDefaults, ...client }) {
    let token;
    let expiresAt = 0;
    async function getToken() {
      if (Date.now() >= expiresAt) {
        const { access_token, expires_in } = await askForToken(client);
        token = access_token;
        expiresAt = Date.now() + expires_in * 1_000;
      }
      return token;
    }
    const instance = axiosWithBearer(axiosDefaults, getToken);
    return { axios: instance, get: (path) => instance.get(path), getToken };
  },
};
