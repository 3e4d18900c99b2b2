import { invalidConfiguration } from '../base/errors.js';
import { isObject, plainCopyOf, withoutUndefined } from '../base/objects.js';
import type { Parameters } from './dialect.js';
import { nearestName } from './spelling.js';

/** Properties of the token that a caller asks for. Omitted fields take the provider's configured values. */
export interface TokenRequest {
  /** Scopes to request. Order and duplicates do not matter. */
  scope?: string | string[];
  /** Audience to request: the API that accepts the token, as some providers name the API. */
  audience?: string;
  /** Resource to request: the API that accepts the token, as RFC 8707 §2 names the API. */
  resource?: string | string[];
  /** Further parameters, merged by name over the configured ones. Standard parameters have their own fields. */
  parameters?: Parameters;
  /**
   * Tenant whose token is requested; ignored for a provider without `tenants`.
   *
   * @defaultValue the tenant of `tenantContext` or `runWithTenant`
   */
  tenant?: string;
  /** Seconds that the token must remain valid. A current token with less time left is replaced first. */
  minRemainingSeconds?: number;
}

/** The request without any fields: everything as configured. */
export const DEFAULT_REQUEST: TokenRequest = Object.freeze({});

const frozen = new WeakSet<TokenRequest>([DEFAULT_REQUEST]);

/** Whether a request is a frozen copy, so that caches may use the object itself as a key. */
export function isFrozen(request: TokenRequest): boolean {
  return frozen.has(request);
}

/** Copies and freezes a request: the caller may change its own object later. */
export function frozenRequest(request: TokenRequest): TokenRequest {
  if (frozen.has(request)) return request;
  const copy: Record<string, unknown> = { ...request };
  for (const [name, value] of Object.entries(copy))
    if (typeof value === 'object') copy[name] = plainCopyOf(value);
  Object.freeze(copy);
  frozen.add(copy);
  return copy;
}

/** A frozen copy of the request that a call names, once it is checked: calls of applications without types say anything. */
export function checkedRequest(request: TokenRequest): TokenRequest {
  if (frozen.has(request)) return request;
  const problems = problemsOf(request, 'clientCredentials');
  if (problems.length > 0) throw invalidConfiguration(problems);
  return frozenRequest(request);
}

/**
 * The request as given, once it is checked. `getToken` is called often, so that a plainly right request costs next to nothing.
 *
 * @param where - the function that got the request, for the message
 */
export function checkedOptions<T extends TokenRequest>(request: T, where: 'getToken' | 'with'): T {
  if (frozen.has(request) || isPlainlyRight(request)) return request;
  const problems = problemsOf(request, where);
  if (problems.length > 0) throw invalidConfiguration(problems);
  return request;
}

/** Whether a request names nothing but what is often named, with values of the right types. */
function isPlainlyRight(request: unknown): boolean {
  if (!isObject(request)) return false;
  for (const name in request) {
    if (!OFTEN_NAMED.has(name)) return false;
    const value = request[name];
    if (typeof value !== 'string' && value !== undefined) return false;
  }
  return true;
}

const OFTEN_NAMED: ReadonlySet<string> = new Set(['scope', 'audience', 'resource', 'tenant']);

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrList = (value: unknown): boolean => [value].flat().every(isText);

/** What a call may say of its token, each with its check and what is wrong otherwise. Options of `getToken` come along. */
const CHECKS: Readonly<Record<string, readonly [(value: unknown) => boolean, string]>> = {
  scope: [isTextOrList, 'must be a string or a list of strings'],
  audience: [isText, 'must be a string'],
  resource: [isTextOrList, 'must be a string or a list of strings'],
  parameters: [isObject, 'must be an object of values'],
  tenant: [isText, 'must be a string'],
  minRemainingSeconds: [(value) => typeof value === 'number' && value >= 0, 'must be a number of seconds'],
  forceRefresh: [() => true, ''],
  signal: [() => true, ''],
};

function problemsOf(request: unknown, where: string): string[] {
  if (!isObject(request)) {
    const others = where === 'clientCredentials' ? 'false or ' : '';
    return [`${where}: must be ${others}an object, such as { scope }`];
  }
  return Object.entries(request).flatMap(([name, value]) => {
    const known = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
    if (known === undefined) {
      const right = nearestName(name, Object.keys(CHECKS));
      return `${where}.${name}: is no option here; ${right === undefined ? 'check the spelling' : `did you mean "${right}"?`}`;
    }
    const [isRight, problem] = known;
    return value === undefined || value === null || isRight(value) ? [] : `${where}.${name}: ${problem}`;
  });
}

/** The request of a direct {@link TokenSource.getToken} call. */
export interface GetTokenOptions extends TokenRequest {
  /** Requests a new token even if the current token is valid. The replaced token is never returned. */
  forceRefresh?: boolean;
  /** Aborts this caller's wait. The token request continues for other callers. */
  signal?: AbortSignal;
}

/** The API call that {@link ProviderConfig.tokenFor} chooses a token for. */
export interface OutboundCall {
  /** HTTP method in upper case. */
  method: string;
  /** The final URL, with its query. */
  url: string;
  /** Header values of the call by lower-case header name. */
  headers: Record<string, string>;
}

/** Merges two requests: fields of `over` win, and `parameters` are merged by name. */
export function mergeRequests(under: TokenRequest, over: TokenRequest): TokenRequest {
  // Returns the same object where possible, since caches use a frozen request as a key.
  if (over === DEFAULT_REQUEST || isEmpty(over)) return under;
  if (under === DEFAULT_REQUEST) return over;
  const merged = { ...under, ...withoutUndefined(over) };
  if (under.parameters !== undefined && over.parameters !== undefined) {
    merged.parameters = { ...under.parameters, ...over.parameters };
  }
  return merged;
}

function isEmpty(request: TokenRequest): boolean {
  for (const _ in request) return false;
  return true;
}
