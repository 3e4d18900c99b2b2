import { OAuth2Client } from 'google-auth-library';
import { askForToken } from './ask-for-token.mjs';
import { axiosWithBearer } from './bearer-interceptor.mjs';
import { tokenMap } from './token-map.mjs';

/** The client with a `refreshHandler`, for tokens of other providers; with axios, the tokens of that client. */
export const contender = {
  name: 'google-auth-library',
  package: 'google-auth-library',
  lacks: { eviction: 'grows without bound', sharedStore: 'one process' },
  connect({ axiosDefaults, apiUrl, lifetimeSeconds, ...place }) {
    const client = clientOf(() => askForToken(place), lifetimeSeconds);
    const getToken = () => client.getAccessToken();
    const instance = axiosWithBearer(axiosDefaults, async () => (await getToken()).token);
    return {
      axios: instance,
      get: (path) => instance.get(path),
      getToken,
      send: (path) => client.request({ url: `${apiUrl}${path}` }),
    };
  },
  hoard: ({ tokenResponse, lifetimeSeconds }) =>
    tokenMap(
      () => clientOf(async () => tokenResponse(), lifetimeSeconds),
      (client) => client.getAccessToken(),
    ),
};

function clientOf(requestToken, lifetimeSeconds) {
  const client = new OAuth2Client({
    // The default of five minutes would renew a token of two seconds at every call.
    eagerRefreshThresholdMillis: Math.min(300, lifetimeSeconds / 5) * 1_000,
    forceRefreshOnFailure: true,
  });
  client.refreshHandler = async () => {
    const { access_token, expires_in } = await requestToken();
    return { access_token, expiry_date: Date.now() + expires_in * 1_000 };
  };
  return client;
}
