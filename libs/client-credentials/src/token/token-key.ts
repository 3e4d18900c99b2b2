import { createHash, createHmac } from 'node:crypto';
import type { JsonValue, Parameters } from '../config/dialect.js';
import type { ClientIdentity } from '../config/resolve.js';
import type { TokenRequest } from '../config/token-request.js';

/** A {@link TokenRequest} merged over a provider's defaults, in canonical form. */
export interface ResolvedRequest {
  /** Scopes in the given order, without duplicates. */
  readonly scopes: readonly string[];
  readonly audience: string | undefined;
  readonly resources: readonly string[];
  readonly parameters: Readonly<Parameters>;
}

/** Merges a request over a provider's defaults; `parameters` are merged by name. */
export function resolveRequest(defaults: TokenRequest, request: TokenRequest = {}): ResolvedRequest {
  const hasParameters = defaults.parameters !== undefined || request.parameters !== undefined;
  return {
    scopes: listOf(request.scope ?? defaults.scope, BLANKS),
    audience: request.audience ?? defaults.audience,
    resources: listOf(request.resource ?? defaults.resource),
    parameters: hasParameters ? { ...defaults.parameters, ...request.parameters } : NO_PARAMETERS,
  };
}

/** A request with other scopes than another one. Refers to it for the rest, since a manager may hold many requests. */
class Rescoped implements ResolvedRequest {
  readonly scopes: readonly string[];
  readonly #rest: ResolvedRequest;

  constructor(scopes: readonly string[], rest: ResolvedRequest) {
    this.scopes = scopes;
    this.#rest = rest;
  }

  get audience(): ResolvedRequest['audience'] {
    return this.#rest.audience;
  }

  get resources(): ResolvedRequest['resources'] {
    return this.#rest.resources;
  }

  get parameters(): ResolvedRequest['parameters'] {
    return this.#rest.parameters;
  }
}

const BLANKS = /\s+/;
// Shared objects: a manager holds one resolved request per token.
const NOTHING: readonly string[] = Object.freeze([]);
const NO_PARAMETERS: Readonly<Parameters> = Object.freeze({});

/**
 * Identity of a token: everything that could change the token, as JSON.
 *
 * JSON is unambiguous: no character in one part can make two different requests equal.
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
    ...(client.grant === undefined ? [] : [client.grant]),
  ]);
}

/** JSON that does not depend on the order of an object's properties. */
function canonicalJson(value: JsonValue): string {
  return JSON.stringify(sorted(value));
}

// 192 bits exclude collisions, and save a quarter of the hash: a store may hold many keys.
const KEY_BYTES = 24;

/**
 * Key of a token in a store: a hash, which every store accepts.
 *
 * A static secret is part of the key: a store that outlives the process must not serve a token of a replaced secret. The
 * HMAC hides that two clients have equal secrets. The thumbprint of a bound token is part of the key too.
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

/** Key of a client's request counter in a store, for tokens of all scopes. */
export function budgetKeyOf({ server, clientId }: ClientIdentity): string {
  const identity = JSON.stringify(['issuance', server, clientId]);
  return createHash('sha256').update(identity).digest('base64url');
}

/** Key in a store of the instant up to which a tenant's tokens are forgotten. */
export function forgottenKeyOf(provider: string, tenant: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['forgotten', provider, tenant]))
    .digest('base64url');
}

function listOf(value: string | readonly string[] | undefined, separator?: RegExp): readonly string[] {
  if (value === undefined) return NOTHING;
  const given = typeof value === 'string' ? [value] : value;
  // Usual case: a single item, taken over as it is.
  if (typeof value === 'string' && value !== '' && separator?.test(value) !== true)
    return Object.freeze(given);
  const items = separator === undefined ? given : given.flatMap((item) => item.split(separator));
  return Object.freeze([...new Set(items.filter((item) => item !== ''))]);
}

function sorted(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  // Wrapped in an object, because a parameter may itself be a list of pairs.
  const pairs = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { pairs: pairs.map(([name, item]) => [name, sorted(item)]) };
}

// No scope contains a line break.
const SEPARATOR = '\n';

/**
 * Keys of the requests of one client.
 *
 * The key of a request that names only scopes is the text of the scopes. A request that repeats a configured default has
 * the same key as a request without this field.
 */
export class RequestKeys {
  readonly #defaults: TokenRequest;
  readonly #resolved: ResolvedRequest;
  readonly #defaultScopes: string;
  readonly #defaultOthers: string;

  /** @param defaults - the configured token request */
  constructor(defaults: TokenRequest) {
    this.#defaults = defaults;
    this.#defaultScopes = scopesOf(defaults.scope);
    this.#resolved = resolveRequest(defaults);
    this.#defaultOthers = othersOf(this.#resolved);
  }

  /** Returns equal keys for two requests exactly if one token serves both. */
  keyOf(request: TokenRequest): string {
    const { scope } = request;
    const scopes = scope === undefined ? this.#defaultScopes : scopesOf(scope);
    if (namesScopesAlone(request)) return scopes;
    const others = othersOf(this.resolve(request));
    return others === this.#defaultOthers ? scopes : scopes + SEPARATOR + others;
  }

  /** Merges a request over the defaults. */
  resolve(request: TokenRequest): ResolvedRequest {
    const { scope } = request;
    if (!namesScopesAlone(request)) return resolveRequest(this.#defaults, request);
    return scope === undefined ? this.#resolved : new Rescoped(listOf(scope, BLANKS), this.#resolved);
  }
}

/** Whether a request names nothing but scopes, or nothing at all. */
function namesScopesAlone({ audience, resource, parameters }: TokenRequest): boolean {
  return audience === undefined && resource === undefined && parameters === undefined;
}

function scopesOf(scope: TokenRequest['scope']): string {
  if (typeof scope === 'string' && !BLANKS.test(scope)) return scope;
  return listOf(scope, BLANKS).toSorted().join(' ');
}

function othersOf({ audience, resources, parameters }: ResolvedRequest): string {
  const others: JsonValue = [audience ?? null, resources.toSorted(), { ...parameters }];
  return canonicalJson(others);
}
