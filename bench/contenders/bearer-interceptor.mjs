import axios from 'axios';

/** Axios instance with a hand-written interceptor, for packages that have tokens but no axios support. */
export function axiosWithBearer(axiosDefaults, getTokenText) {
  const instance = axios.create(axiosDefaults);
  instance.interceptors.request.use(async (config) => {
    config.headers.Authorization = `Bearer ${await getTokenText()}`;
    return config;
  });
  return instance;
}
