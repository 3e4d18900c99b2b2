import { askForToken } from './ask-for-token.mjs';
import { axiosWithBearer } from './bearer-interceptor.mjs';

/** The usual hand-written cache: a token, its expiry, and a new request by every caller that finds the token expired. */
export const contender = {
  name: 'hand-written interceptor',
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
