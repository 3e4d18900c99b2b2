import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';
import { axiosWithBearer } from './bearer-interceptor.mjs';
import { tokenMap } from './token-map.mjs';

/** The package's `fetch` wrapper; with axios, the tokens of that wrapper. */
export const contender = {
  name: '@badgateway/oauth2-client',
  package: '@badgateway/oauth2-client',
  lacks: { eviction: 'grows without bound', sharedStore: 'one process' },
  connect({ tokenUrl, apiUrl, clientId, clientSecret, axiosDefaults }) {
    const client = new OAuth2Client({ server: tokenUrl, tokenEndpoint: tokenUrl, clientId, clientSecret });
    const wrapper = new OAuth2Fetch({ client, getNewToken: () => client.clientCredentials() });
    const getToken = () => wrapper.getAccessToken();
    const instance = axiosWithBearer(axiosDefaults, getToken);
    return {
      axios: instance,
      get: (path) => instance.get(path),
      getToken,
      async send(path) {
        const response = await wrapper.fetch(`${apiUrl}${path}`);
        return { status: response.status, data: await response.json() };
      },
    };
  },
  hoard({ tokenUrl, clientId, clientSecret, tokenResponse }) {
    const client = new OAuth2Client({ server: tokenUrl, tokenEndpoint: tokenUrl, clientId, clientSecret });
    const getNewToken = async () => {
      const { access_token, expires_in } = tokenResponse();
      return { accessToken: access_token, refreshToken: null, expiresAt: Date.now() + expires_in * 1_000 };
    };
    return tokenMap(
      () => new OAuth2Fetch({ client, getNewToken }),
      (wrapper) => wrapper.getAccessToken(),
    );
  },
};
