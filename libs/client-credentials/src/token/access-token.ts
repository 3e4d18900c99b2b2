import { createHash } from 'node:crypto';
import type { Instant } from '../base/clock.js';
import type { IssuedToken } from './issued-token.js';
import { inspectAs } from '../base/inspect.js';

/** What many tokens have in common: most managers have a few kinds of tokens, and may hold many tokens. */
interface TokenKind {
  readonly type: string;
  readonly scheme: string;
  readonly apiBaseURL: string | undefined;
}

// More than most applications have. Beyond it, kinds are kept more than once.
const MAX_KINDS = 1_000;
const kinds = new Map<string, TokenKind>();

// Beside the tokens: most are never asked for theirs.
const fingerprints = new WeakMap<AccessToken, string>();

/**
 * A token that may be sent now.
 *
 * `value` holds the token, `authorization` the value of its header. `JSON.stringify`, `String()` and `util.inspect`
 * show neither.
 *
 * @example
 * ```ts
 * const token = await source.getToken();
 * socket.setHeader('authorization', token.authorization);
 * ```
 */
export class AccessToken {
  static {
    inspectAs(
      AccessToken,
      (token) =>
        `AccessToken { ${fingerprintOf(token)}, ${token.type}, scopes: [${token.scopes.join(' ')}], expires: ${new Date(token.expiresAt).toISOString()} }`,
    );
  }

  // Single fields instead of the IssuedToken: a manager may hold many tokens.
  readonly #value: string;
  readonly #kind: TokenKind;
  readonly #scopes: readonly string[];
  readonly #requested: Instant;
  readonly #lifetimeMs: number;
  #authorization: string | undefined;

  /**
   * @param issued - the token as the token endpoint issued it
   * @param scheme - stands before the token in its header; empty if the header is the token alone
   * @param authorization - the value of the header, where it is not made of these two
   * @internal
   */
  constructor(issued: IssuedToken, scheme: string, authorization?: string) {
    this.#value = issued.value;
    this.#kind = kindOf({ type: issued.type, scheme, apiBaseURL: issued.apiBaseURL });
    this.#scopes = issued.scopes;
    this.#requested = issued.requested;
    this.#lifetimeMs = issued.lifetimeMs;
    this.#authorization = authorization;
  }

  /** The token itself. */
  get value(): string {
    return this.#value;
  }

  /** Value of the header that carries the token, usually `Bearer …`. */
  get authorization(): string {
    // Built at the first read: the header is as long as the token, and many tokens are never sent.
    const { scheme } = this.#kind;
    return (this.#authorization ??= scheme === '' ? this.#value : `${scheme} ${this.#value}`);
  }

  /** Type of the token, usually `Bearer`. */
  get type(): string {
    return this.#kind.type;
  }

  /** Granted scopes; the requested scopes if the response names none. */
  get scopes(): readonly string[] {
    return this.#scopes;
  }

  /** Instant of the token request, epoch milliseconds. */
  get obtainedAt(): number {
    return this.#requested.at;
  }

  /** Instant of the token's expiry, epoch milliseconds. */
  get expiresAt(): number {
    return this.obtainedAt + this.#lifetimeMs;
  }

  /** Base URL of the API, for providers that return one with each token. */
  get apiBaseURL(): string | undefined {
    return this.#kind.apiBaseURL;
  }

  toJSON(): object {
    const { type, scopes, obtainedAt, expiresAt, apiBaseURL } = this;
    return { type, scopes, obtainedAt, expiresAt, apiBaseURL };
  }

  toString(): string {
    return `AccessToken ${fingerprintOf(this)}`;
  }
}

/** The kind that equals the given one, so that it is kept once. */
function kindOf(kind: TokenKind): TokenKind {
  const key = JSON.stringify([kind.type, kind.scheme, kind.apiBaseURL]);
  const known = kinds.get(key);
  if (known !== undefined) return known;
  if (kinds.size >= MAX_KINDS) kinds.clear();
  kinds.set(key, kind);
  return kind;
}

/** Fingerprint of a token: the first eight hex digits of its SHA-256. Computed once: it would be most of the cost of a snapshot's row. */
export function fingerprintOf(token: AccessToken): string {
  const known = fingerprints.get(token) ?? createHash('sha256').update(token.value).digest('hex').slice(0, 8);
  fingerprints.set(token, known);
  return known;
}
