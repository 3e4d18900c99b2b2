import axios from 'axios';
import { createAuthRefresh } from 'axios-auth-refresh';
import { askForToken } from './ask-for-token.mjs';

const BY_REFUSAL = 'asks for a token when an API answers 401, and keeps none itself';

/**
 * The leanest correct use: the header is a default of the instance, and a refusal sets it anew. So axios puts it on each call, in its own
 * time.
 */
export const contender = {
  name: 'axios-auth-refresh',
  isLeftToAxios: true,
  package: 'axios-auth-refresh',
  lacks: { getToken: BY_REFUSAL, coldCalls: BY_REFUSAL, many: 'one token', sharedStore: 'one process' },
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
