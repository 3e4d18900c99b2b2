import { allowInsecureRequests, clientCredentialsGrant, Configuration } from 'openid-client';
import { axiosWithBearer } from './bearer-interceptor.mjs';

/** Requests tokens; the hand-written cache around it shares one pending request, as a careful user would write it. */
export const contender = {
  name: 'openid-client with a hand-written cache',
  package: 'openid-client',
  isCacheByHand: true,
  lacks: { many: 'the cache is not its own', sharedStore: 'one process' },
  connect({ axiosDefaults, ...client }) {
    const getToken = openidCache(client);
    const instance = axiosWithBearer(axiosDefaults, getToken);
    return { axios: instance, get: (path) => instance.get(path), getToken };
  },
};

export function openidCache({ tokenUrl, clientId, clientSecret }) {
  const server = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
  const configuration = new Configuration(server, clientId, clientSecret);
  allowInsecureRequests(configuration);
  let tokens;
  let pending;
  return async () => {
    if (tokens === undefined || tokens.expiresIn() === 0) {
      pending ??= clientCredentialsGrant(configuration).finally(() => (pending = undefined));
      tokens = await pending;
    }
    return tokens.access_token;
  };
}
