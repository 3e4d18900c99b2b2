import axios from 'axios';
import { createAuthRefresh } from 'axios-auth-refresh';
import { askForToken } from './ask-for-token.mjs';

const ONLY_AFTER_401 = 'requests a token after a 401 of the API, and has no cache of its own';

/**
 * Leanest correct use: the header is a default of the instance and is replaced after a 401.
 *
 * Axios itself thus adds the header to each call, in its own time.
 */
export const contender = {
  name: 'axios-auth-refresh',
  isLeftToAxios: true,
  package: 'axios-auth-refresh',
  lacks: {
    getToken: ONLY_AFTER_401,
    coldCalls: ONLY_AFTER_401,
    many: 'one token',
    sharedStore: 'one process',
  },
  async connect({ axiosDefaults, ...client }) {
    const instance = axios.create(axiosDefaults);
    const setHeader = async () => {
      const { access_token } = await askForToken(client);
      instance.defaults.headers.common.Authorization = `Bearer ${access_token}`;
    };
    const withNewHeader = (config) => {
      config.headers.Authorization = instance.defaults.headers.common.Authorization;
      return config;
    };
    createAuthRefresh(
      instance,
      async (failed) => {
        await setHeader();
        withNewHeader(failed.response.config);
      },
      { onRetry: withNewHeader },
    );
    await setHeader();
    return { axios: instance, get: (path) => instance.get(path) };
  },
};
