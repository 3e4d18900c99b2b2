import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';

// What axios itself has when it is loaded: an application may change, or replace, any of it later. A mock of axios may have none.
const { transitional, transformRequest, transformResponse, validateStatus, env } = { ...axios.defaults };
const LOADED = {
  transitional: { ...transitional },
  transformRequest: [transformRequest ?? []].flat(),
  transformResponse: [transformResponse ?? []].flat(),
  validateStatus,
  env: { ...env },
};
const METHODS = ['delete', 'get', 'head', 'post', 'put', 'patch', 'query'];

const [first] = LOADED.transformRequest;

/** The transform of request bodies that axios itself has, by its name: the application may have put another in its place before this was loaded. */
export const OWN_TRANSFORM: unknown = first?.name === 'transformRequest' ? first : undefined;

/** Axios's own defaults, whatever the application has put into the global ones: headers, `auth`, a base URL, params, transforms. */
function ownDefaults(): object {
  const noHeaders = Object.fromEntries(METHODS.map((method) => [method, {}]));
  return {
    ...LOADED,
    transitional: { ...LOADED.transitional },
    transformRequest: [...LOADED.transformRequest],
    transformResponse: [...LOADED.transformResponse],
    env: { ...LOADED.env },
    adapter: ['xhr', 'http', 'fetch'],
    timeout: 0,
    xsrfCookieName: 'XSRF-TOKEN',
    xsrfHeaderName: 'X-XSRF-TOKEN',
    maxContentLength: -1,
    maxBodyLength: -1,
    headers: {
      ...noHeaders,
      common: { Accept: 'application/json, text/plain, */*', 'Content-Type': undefined },
    },
  };
}

/** An axios instance with axios's own defaults under `api`. Nothing of the global instance reaches its calls. */
export function createAxios(api: CreateAxiosDefaults): AxiosInstance;
export function createAxios(api: object): AxiosInstance {
  const instance = axios.create();
  // A test may have put a mock in the place of axios.
  if (!isAxios(instance)) return instance;
  const defaults: object = instance.defaults;
  for (const name of Object.keys(defaults)) Reflect.deleteProperty(defaults, name);
  Object.assign(defaults, axios.mergeConfig(ownDefaults(), api));
  return instance;
}

/** Whether there is an instance, and not what a mock of axios gives in its place. */
export function isAxios(instance: Partial<AxiosInstance> | undefined): boolean {
  return instance?.defaults !== undefined && instance.interceptors !== undefined;
}
