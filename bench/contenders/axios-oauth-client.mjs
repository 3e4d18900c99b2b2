import axios from 'axios';
import { clientCredentials } from 'axios-oauth-client';
import tokenProvider from 'axios-token-interceptor';

const NOT_ITS_CACHE = 'uses the cache of axios-token-interceptor';
const getMaxAge = ({ expires_in }) => expires_in * 1_000;

/** Requests tokens without a cache; wrapped in axios-token-interceptor, as its earlier documentation shows. */
export const contender = {
  name: 'axios-oauth-client with axios-token-interceptor',
  package: 'axios-oauth-client',
  lacks: { renewing: NOT_ITS_CACHE, many: NOT_ITS_CACHE, sharedStore: 'one process' },
  connect({ tokenUrl, clientId, clientSecret, axiosDefaults }) {
    const authenticate = clientCredentials(axios.create(), tokenUrl, clientId, clientSecret);
    const getToken = tokenProvider.tokenCache(() => authenticate(), { getMaxAge });
    const instance = axios.create(axiosDefaults);
    instance.interceptors.request.use(
      tokenProvider({ getToken, headerFormatter: ({ access_token }) => `Bearer ${access_token}` }),
    );
    return { axios: instance, get: (path) => instance.get(path), getToken };
  },
};
