import { allowInsecureRequests, clientCredentialsGrant, Configuration } from 'openid-client';
import { axiosWithBearer } from './bearer-interceptor.mjs';

/** It asks for tokens; the cache around it is by hand, with the one promise for all that a careful user would think of. */
export const contender = {
  name: 'openid-client, a cache around it',
  package: 'openid-client',
  isCacheByHand: true,
  lacks: { many: 'the cache is not its own', sharedStore: 'one process' },
  connect({ tokenUrl, clientId, clientSecret, axiosDefaults }) {
    const server = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
    const configuration = new Configuration(server, clientId, clientSecret);
    allowInsecureRequests(configuration);
    let tokens;
    let flight;
    async function getToken() {
      if (tokens === undefined || tokens.expiresIn() === 0) {
        flight ??= clientCredentialsGrant(configuration).finally(() => (flight = undefined));
        tokens = await flight;
      }
      return tokens.access_token;
    }
    const instance = axiosWithBearer(axiosDefaults, getToken);
    return { axios: instance, get: (path) => instance.get(path), getToken };
  },
};
