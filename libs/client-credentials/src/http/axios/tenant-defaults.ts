import type { AxiosRequestHeaders, CreateAxiosDefaults, InternalAxiosRequestConfig } from 'axios';
import { isDeepStrictEqual } from 'node:util';
import { asObject } from '../../base/objects.js';
import { copyOfHeaders } from '../headers.js';
import { copyOf } from './sent-config.js';

/** The defaults of an axios instance that are read at each call. */
export interface InstanceDefaults {
  readonly baseURL?: string | undefined;
}

/** The defaults that a call was made with, and the defaults of its tenant. */
export interface CallDefaults {
  /** The defaults of the axios instance. */
  readonly instance: InstanceDefaults;
  /** The provider's own `api`. */
  readonly provider: CreateAxiosDefaults;
  /** The tenant's `api`, laid over the provider's. */
  readonly tenant: CreateAxiosDefaults;
}

/** Gives a call its tenant's base URL, unless the call names another one than its instance has. */
export function atTenantBase(
  config: InternalAxiosRequestConfig,
  { instance, provider, tenant }: CallDefaults,
): InternalAxiosRequestConfig {
  if (!hasOwnBase({ provider, tenant })) return config;
  const isSaidByCall = config.baseURL !== undefined && config.baseURL !== instance.baseURL;
  return isSaidByCall ? config : Object.assign(copyOf(config), { baseURL: tenant.baseURL ?? '' });
}

/** Whether the tenant has a base URL other than the provider's. */
export function hasOwnBase({ provider, tenant }: Pick<CallDefaults, 'provider' | 'tenant'>): boolean {
  return tenant.baseURL !== undefined && tenant.baseURL !== provider.baseURL;
}

/** Gives a call its tenant's headers, timeout, agents and params, as far as the call has not set its own. */
export function withTenantDefaults(
  config: InternalAxiosRequestConfig,
  { instance, provider, tenant }: CallDefaults,
): InternalAxiosRequestConfig {
  if (tenant === provider) return config;
  const { baseURL: _, headers: __, params, ...settings } = tenant;
  const changed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(settings)) {
    const isTenants = value !== Reflect.get(provider, name);
    if (isTenants && isDeepStrictEqual(Reflect.get(config, name), Reflect.get(instance, name)))
      changed[name] = value;
  }
  if (params !== provider.params) changed['params'] = paramsOf(config.params, provider.params, params);
  return Object.assign(copyOf(config), changed, { headers: headersOf(config, { provider, tenant }) });
}

/** Replaces the provider's params by the tenant's, and keeps those that the call has set. */
function paramsOf(given: unknown, shared: unknown, own: unknown): unknown {
  if (given === undefined || isDeepStrictEqual(given, shared)) return own;
  // URLSearchParams and other classes are the call's own.
  if (Object.getPrototypeOf(given) !== Object.prototype) return given;
  const [known, laid] = [asObject(shared), { ...asObject(given) }];
  for (const [name, value] of Object.entries(asObject(own))) {
    if (!(name in laid) || isDeepStrictEqual(laid[name], known[name])) laid[name] = value;
  }
  return laid;
}

function headersOf(
  { headers, method = 'get' }: InternalAxiosRequestConfig,
  { provider, tenant }: Pick<CallDefaults, 'provider' | 'tenant'>,
): AxiosRequestHeaders {
  const laid = copyOfHeaders(headers);
  const shared = flat(provider.headers, method);
  for (const [name, value] of Object.entries(flat(tenant.headers, method))) {
    if (!laid.has(name) || laid.get(name) === shared[name]) laid.set(name, value);
  }
  return laid;
}

/** Flattens the groups of default headers: `common`, and one per method. */
function flat(headers: CreateAxiosDefaults['headers'], method: string): Record<string, string> {
  const given = asObject(headers);
  const all = { ...asObject(given['common']), ...asObject(given[method.toLowerCase()]), ...given };
  return Object.fromEntries(
    Object.entries(all).filter((header): header is [string, string] => typeof header[1] === 'string'),
  );
}
