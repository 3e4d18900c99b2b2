import { createHash, createHmac } from 'node:crypto';
import type { JsonValue, Parameters } from '../config/dialect.js';
import type { ClientIdentity } from '../config/resolve.js';
import type { TokenRequest } from '../config/token-request.js';

/** A {@link TokenRequest} laid over a provider's own settings, in one canonical form. */
export interface ResolvedRequest {
  /** In the order given, without duplicates. */
  readonly scopes: readonly string[];
  readonly audience: string | undefined;
  readonly resources: readonly string[];
  readonly parameters: Readonly<Parameters>;
}

/** Lays a request over a provider's settings: what it names wins, parameter by parameter. */
export function resolveRequest(defaults: TokenRequest, request: TokenRequest = {}): ResolvedRequest {
  const hasParameters = defaults.parameters !== undefined || request.parameters !== undefined;
  return {
    scopes: listOf(request.scope ?? defaults.scope, /\s+/),
    audience: request.audience ?? defaults.audience,
    resources: listOf(request.resource ?? defaults.resource),
    parameters: hasParameters ? { ...defaults.parameters, ...request.parameters } : NO_PARAMETERS,
  };
}

// Shared, since there may be as many requests as there are tokens.
const NOTHING: readonly string[] = Object.freeze([]);
const NO_PARAMETERS: Readonly<Parameters> = Object.freeze({});

/**
 * The one identity of a token: everything that could change it. Cache, flight, latch and snapshot all use it. Being
 * JSON it is unambiguous: no character in a part can make two different requests meet.
 */
export function tokenKeyOf(client: ClientIdentity, request: ResolvedRequest): string {
  return canonicalJson([
    client.provider,
    client.tenant ?? null,
    client.server,
    client.clientId,
    client.clientAuthentication,
    client.grantType,
    request.scopes.toSorted(),
    request.audience ?? null,
    request.resources.toSorted(),
    { ...request.parameters },
  ]);
}

/** JSON that is the same for values that are, whatever the order in which an object has its properties. */
function canonicalJson(value: JsonValue): string {
  return JSON.stringify(sorted(value));
}

// Enough for no two to meet, and a quarter shorter than all of it: a store may hold many.
const KEY_BYTES = 24;

/**
 * The name of a token in a store: a hash, so that it has no characters or length that a store could object to. A
 * static secret is part of it (keyed, so that equal secrets of two clients do not look equal): a store that outlives
 * the process must not serve what a replaced secret earned. So is the thumbprint of the key or certificate that the token is
 * bound to: nobody else can use it.
 */
export function storeKeyOf(tokenKey: string, staticSecret: unknown, boundTo?: string): string {
  const secret =
    staticSecret === undefined
      ? ''
      : createHmac('sha256', tokenKey).update(JSON.stringify(staticSecret)).digest('base64url');
  return createHash('sha256')
    .update(JSON.stringify(boundTo === undefined ? [tokenKey, secret] : [tokenKey, secret, boundTo]))
    .digest()
    .toString('base64url', 0, KEY_BYTES);
}

/** The name under which a client's token requests are counted in a store: whatever they are for. */
export function budgetKeyOf({ server, clientId }: ClientIdentity): string {
  const identity = JSON.stringify(['issuance', server, clientId]);
  return createHash('sha256').update(identity).digest('base64url');
}

/** The name under which a store has the moment up to which a tenant's tokens are forgotten. */
export function forgottenKeyOf(provider: string, tenant: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['forgotten', provider, tenant]))
    .digest('base64url');
}

function listOf(value: string | readonly string[] | undefined, separator?: RegExp): readonly string[] {
  if (value === undefined) return NOTHING;
  const given = typeof value === 'string' ? [value] : value;
  // The usual case, and the same text again.
  if (typeof value === 'string' && value !== '' && separator?.test(value) !== true)
    return Object.freeze(given);
  const items = separator === undefined ? given : given.flatMap((item) => item.split(separator));
  return Object.freeze([...new Set(items.filter((item) => item !== ''))]);
}

function sorted(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  // Wrapped, since a list of pairs is itself a value that a parameter may have.
  const pairs = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { pairs: pairs.map(([name, item]) => [name, sorted(item)]) };
}

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
