import { plainCopyOf, withoutUndefined } from '../base/objects.js';
import type { Parameters } from './dialect.js';

/** What a caller asks of a token source. What is left out is as the provider's configuration says. */
export interface TokenRequest {
  /** The scopes to ask for. Order and duplicates make no difference. */
  scope?: string | string[];
  /** The API that the token is for, as some providers name it. */
  audience?: string;
  /** The API that the token is for, as RFC 8707 names it. */
  resource?: string | string[];
  /** More parameters, laid over the configured ones. They may not name the standard ones. */
  parameters?: Parameters;
  /**
   * The tenant that the token is for, where the provider has `tenants`; elsewhere it is ignored.
   *
   * @defaultValue that of `tenantContext` or `runWithTenant`
   */
  tenant?: string;
  /** Seconds that the token must still be good for; if the current one has less, a new one is waited for. */
  minRemainingSeconds?: number;
}

/** Nothing beyond what is asked for anyway: the usual request. */
export const DEFAULT_REQUEST: TokenRequest = Object.freeze({});

const settled = new WeakSet<TokenRequest>([DEFAULT_REQUEST]);

/** Whether a request cannot change any more, so that what belongs to it is found by reference. */
export function isFrozen(request: TokenRequest): boolean {
  return settled.has(request);
}

/** A request as it is now: callers may go on to use the same object for others. */
export function frozenRequest(request: TokenRequest): TokenRequest {
  if (settled.has(request)) return request;
  const copy: Record<string, unknown> = { ...request };
  for (const [name, value] of Object.entries(copy))
    if (typeof value === 'object') copy[name] = plainCopyOf(value);
  Object.freeze(copy);
  settled.add(copy);
  return copy;
}

/** A {@link TokenRequest} made directly rather than through an API call. */
export interface GetTokenOptions extends TokenRequest {
  /** Acquire a new token even if the current one is good. The answer is never the one being replaced. */
  forceRefresh?: boolean;
  /** Stops the wait of this caller. The acquisition goes on for the others. */
  signal?: AbortSignal;
}

/** What is known of an API call when its token is chosen. */
export interface OutboundCall {
  /** Upper case. */
  method: string;
  /** The final address, with the query. */
  url: string;
  /** The call's own headers, names in lower case. */
  headers: Record<string, string>;
}

/** Lays one request over another: what it names wins, parameter by parameter. */
export function mergeRequests(under: TokenRequest, over: TokenRequest): TokenRequest {
  // The same object again, so that what belongs to it is found by reference.
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
