import axios from 'axios';

/** An axios instance with the interceptor that the users of a package write who get tokens from it, but nothing for axios. */
export function axiosWithBearer(axiosDefaults, getTokenText) {
  const instance = axios.create(axiosDefaults);
  instance.interceptors.request.use(async (config) => {
    config.headers.Authorization = `Bearer ${await getTokenText()}`;
    return config;
  });
  return instance;
}
