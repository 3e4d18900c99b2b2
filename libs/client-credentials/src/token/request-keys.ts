import type { JsonValue } from '../config/dialect.js';
import { canonicalJson, resolveRequest, type ResolvedRequest } from './token-key.js';
import type { TokenRequest } from '../config/token-request.js';

// No scope holds one.
const SEPARATOR = '\n';

/**
 * Tells requests of one client apart. Scopes alone are found by their text, since most requests name no more; a request that names what the client's
 * settings say anyway is the same as one that does not.
 */
export class RequestKeys {
  readonly #settings: TokenRequest;
  readonly #usualScopes: string;
  readonly #usual: string;

  /** @param settings - what is asked for where a request does not say */
  constructor(settings: TokenRequest) {
    this.#settings = settings;
    this.#usualScopes = scopesOf(settings.scope);
    this.#usual = othersOf(this.resolve({}));
  }

  /** The same for two requests that a token can serve alike, and for no others. */
  keyOf(request: TokenRequest): string {
    const { scope, audience, resource, parameters } = request;
    const scopes = scope === undefined ? this.#usualScopes : scopesOf(scope);
    if (audience === undefined && resource === undefined && parameters === undefined) return scopes;
    const others = othersOf(this.resolve(request));
    return others === this.#usual ? scopes : scopes + SEPARATOR + others;
  }

  /** A request laid over the settings. */
  resolve(request: TokenRequest): ResolvedRequest {
    return resolveRequest(this.#settings, request);
  }
}

function scopesOf(scope: TokenRequest['scope']): string {
  if (typeof scope === 'string' && !/\s/.test(scope)) return scope;
  return resolveRequest({}, scope === undefined ? {} : { scope })
    .scopes.toSorted()
    .join(' ');
}

function othersOf({ audience, resources, parameters }: ResolvedRequest): string {
  const others: JsonValue = [audience ?? null, resources.toSorted(), { ...parameters }];
  return canonicalJson(others);
}
