import { ConfidentialClientApplication } from '@azure/msal-node';
import axios from 'axios';
import { axiosWithBearer } from './bearer-interceptor.mjs';

const AUTHORITY = 'https://login.example.com/tenant';

/** The client, with an authority whose token requests go to the benchmark's endpoint. */
export const contender = {
  name: '@azure/msal-node',
  package: '@azure/msal-node',
  lacks: {
    eviction: 'grows without bound',
    sharedStore: 'shares its whole cache through a plugin of the user, which is not measured',
  },
  connect({ axiosDefaults, ...place }) {
    const application = applicationOf(place, (url, { headers, body }) =>
      axios.post(place.tokenUrl, body, { headers }),
    );
    const getToken = () => application.acquireTokenByClientCredential({ scopes: ['api/.default'] });
    const instance = axiosWithBearer(axiosDefaults, async () => (await getToken()).accessToken);
    return { axios: instance, get: (path) => instance.get(path), getToken };
  },
  hoard({ tokenResponse, ...place }) {
    const application = applicationOf(place, async () => ({
      status: 200,
      headers: {},
      data: tokenResponse(),
    }));
    const get = (scope) => application.acquireTokenByClientCredential({ scopes: [scope] });
    return { add: get, get };
  },
};

function applicationOf({ clientId, clientSecret }, post) {
  const authorityMetadata = JSON.stringify({
    issuer: AUTHORITY,
    token_endpoint: `${AUTHORITY}/token`,
    authorization_endpoint: `${AUTHORITY}/authorize`,
    jwks_uri: `${AUTHORITY}/keys`,
  });
  const networkClient = {
    sendGetRequestAsync: () =>
      Promise.reject(new Error('Unexpected look-up: the authority metadata are configured.')),
    async sendPostRequestAsync(url, options) {
      const { status, headers, data } = await post(url, options);
      return { status, headers, body: data };
    },
  };
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret,
      authority: AUTHORITY,
      knownAuthorities: ['login.example.com'],
      authorityMetadata,
    },
    system: { networkClient },
  });
}
