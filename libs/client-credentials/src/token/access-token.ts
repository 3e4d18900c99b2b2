import { createHash } from 'node:crypto';
import type { Instant } from '../base/clock.js';
import type { IssuedToken } from './issued-token.js';
import { inspectAs } from '../base/inspect.js';

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
  readonly #type: string;
  readonly #scopes: readonly string[];
  readonly #apiBaseURL: string | undefined;
  readonly #requested: Instant;
  readonly #lifetimeMs: number;
  readonly #scheme: string;
  #authorization: string | undefined;

  /**
   * @param issued - the token as the token endpoint issued it
   * @param scheme - stands before the token in its header; empty if the header is the token alone
   * @param authorization - the value of the header, where it is not made of these two
   * @internal
   */
  constructor(issued: IssuedToken, scheme: string, authorization?: string) {
    this.#value = issued.value;
    this.#type = issued.type;
    this.#scopes = issued.scopes;
    this.#apiBaseURL = issued.apiBaseURL;
    this.#requested = issued.requested;
    this.#lifetimeMs = issued.lifetimeMs;
    this.#scheme = scheme;
    this.#authorization = authorization;
  }

  /** The token itself. */
  get value(): string {
    return this.#value;
  }

  /** Value of the header that carries the token, usually `Bearer …`. */
  get authorization(): string {
    // Built at the first read: the header is as long as the token, and many tokens are never sent.
    return (this.#authorization ??= this.#scheme === '' ? this.#value : `${this.#scheme} ${this.#value}`);
  }

  /** Type of the token, usually `Bearer`. */
  get type(): string {
    return this.#type;
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
    return this.#apiBaseURL;
  }

  toJSON(): object {
    const { type, scopes, obtainedAt, expiresAt, apiBaseURL } = this;
    return { type, scopes, obtainedAt, expiresAt, apiBaseURL };
  }

  toString(): string {
    return `AccessToken ${fingerprintOf(this)}`;
  }
}

/** Fingerprint of a token: the first eight hex digits of its SHA-256. Computed once: it would be most of the cost of a snapshot's row. */
export function fingerprintOf(token: AccessToken): string {
  const known = fingerprints.get(token) ?? createHash('sha256').update(token.value).digest('hex').slice(0, 8);
  fingerprints.set(token, known);
  return known;
}
