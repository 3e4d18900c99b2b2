import type { AxiosInstance, AxiosRequestConfig } from 'axios';
import { frozenRequest, mergeRequests, type TokenRequest } from '../config/token-request.js';
import { NoToken } from '../http/axios/call-options.js';

/** Index of the config among the arguments of each axios method. */
const CONFIG_INDEX: ReadonlyMap<PropertyKey, number> = new Map<PropertyKey, number>([
  ['request', 0],
  ...['get', 'delete', 'head', 'options'].map((method): [string, number] => [method, 1]),
  ...['post', 'put', 'patch', 'query', 'postForm', 'putForm', 'patchForm'].map((method): [string, number] => [
    method,
    2,
  ]),
]);

/** Proxy of an axios instance that adds a token request to every call. */
export function derivedAxios(instance: AxiosInstance, tokenRequest: TokenRequest): AxiosInstance {
  const request = frozenRequest(tokenRequest);
  return new Proxy(instance, {
    apply: (target, self, args: unknown[]) =>
      Reflect.apply(target, self, withRequest(args, configIndexOf(args), request)),
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      const index = CONFIG_INDEX.get(name);
      if (index === undefined || typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const at = name === 'request' ? configIndexOf(args) : index;
        return Reflect.apply(value, target, withRequest(args, at, request)) as unknown;
      };
    },
  });
}

/** Index of the config in `axios(config)` and `axios(url, config)`. */
function configIndexOf([first]: unknown[]): number {
  return typeof first === 'string' ? 1 : 0;
}

function withRequest(args: unknown[], index: number, request: TokenRequest): unknown[] {
  const config = (args[index] ?? {}) as AxiosRequestConfig;
  const clientCredentials = mergedOptions(request, config.clientCredentials);
  const changed = [...args];
  changed[index] = { ...config, clientCredentials };
  return changed;
}

function mergedOptions(
  request: TokenRequest,
  ofCall: AxiosRequestConfig['clientCredentials'],
): AxiosRequestConfig['clientCredentials'] {
  if (ofCall instanceof NoToken) return ofCall;
  if (ofCall === undefined || ofCall === null) return request;
  if (ofCall !== false) return mergeRequests(request, ofCall);
  return request.tenant === undefined ? false : new NoToken(request.tenant);
}
