import type { AxiosInstance, AxiosRequestConfig } from 'axios';
import { frozenRequest, mergeRequests, type TokenRequest } from '../config/token-request.js';
import { NoToken } from '../http/axios/call-options.js';

/** Where each of axios's methods takes its config. */
const CONFIG_INDEX: ReadonlyMap<PropertyKey, number> = new Map<PropertyKey, number>([
  ['request', 0],
  ...['get', 'delete', 'head', 'options'].map((method): [string, number] => [method, 1]),
  ...['post', 'put', 'patch', 'query', 'postForm', 'putForm', 'patchForm'].map((method): [string, number] => [
    method,
    2,
  ]),
]);

/** An axios instance in front of another: the same in everything, but each call asks for what is given here. */
export function derivedAxios(instance: AxiosInstance, given: TokenRequest): AxiosInstance {
  const request = frozenRequest(given);
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

/** `axios(config)` and `axios(url, config)`. */
function configIndexOf([first]: unknown[]): number {
  return typeof first === 'string' ? 1 : 0;
}

function withRequest(args: unknown[], index: number, request: TokenRequest): unknown[] {
  const config = (args[index] ?? {}) as AxiosRequestConfig;
  const wishes = config.clientCredentials;
  const clientCredentials = mergedWishes(request, wishes);
  const changed = [...args];
  changed[index] = { ...config, clientCredentials };
  return changed;
}

function mergedWishes(
  request: TokenRequest,
  wishes: AxiosRequestConfig['clientCredentials'],
): AxiosRequestConfig['clientCredentials'] {
  if (wishes instanceof NoToken) return wishes;
  if (wishes !== false) return mergeRequests(request, wishes ?? {});
  return request.tenant === undefined ? false : new NoToken(request.tenant);
}
