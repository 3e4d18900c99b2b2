import { ClientCredentials } from 'simple-oauth2';
import { axiosWithBearer } from './bearer-interceptor.mjs';
import { tokenMap } from './token-map.mjs';

/** The package's token with the `expired()` check from its documentation. */
export const contender = {
  name: 'simple-oauth2',
  package: 'simple-oauth2',
  lacks: { eviction: 'grows without bound', sharedStore: 'one process' },
  connect({ axiosDefaults, ...place }) {
    const client = clientOf(place);
    let accessToken;
    async function getToken() {
      if (accessToken === undefined || accessToken.expired()) accessToken = await client.getToken({});
      return accessToken.token.access_token;
    }
    const instance = axiosWithBearer(axiosDefaults, getToken);
    return { axios: instance, get: (path) => instance.get(path), getToken };
  },
  hoard({ tokenResponse, ...place }) {
    const client = clientOf(place);
    return tokenMap(
      () => client.createToken(tokenResponse()),
      async (accessToken) => (accessToken.expired() ? undefined : accessToken.token.access_token),
    );
  },
};

function clientOf({ tokenUrl, clientId, clientSecret }) {
  const { origin: tokenHost, pathname: tokenPath } = new URL(tokenUrl);
  return new ClientCredentials({
    client: { id: clientId, secret: clientSecret },
    auth: { tokenHost, tokenPath },
  });
}
