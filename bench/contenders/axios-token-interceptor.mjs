import axios from 'axios';
import tokenProvider from 'axios-token-interceptor';
import { askForToken } from './ask-for-token.mjs';
import { tokenMap } from './token-map.mjs';

const getMaxAge = ({ expires_in }) => expires_in * 1_000;

/** The interceptor with the package's own cache. */
export const contender = {
  name: 'axios-token-interceptor',
  package: 'axios-token-interceptor',
  lacks: { eviction: 'grows without bound', sharedStore: 'one process' },
  connect({ axiosDefaults, ...client }) {
    const getToken = tokenProvider.tokenCache(() => askForToken(client), { getMaxAge });
    const instance = axios.create(axiosDefaults);
    instance.interceptors.request.use(
      tokenProvider({ getToken, headerFormatter: ({ access_token }) => `Bearer ${access_token}` }),
    );
    return { axios: instance, get: (path) => instance.get(path), getToken };
  },
  hoard: ({ tokenResponse }) =>
    tokenMap(
      () => tokenProvider.tokenCache(async () => tokenResponse(), { getMaxAge }),
      (getToken) => getToken(),
    ),
};
