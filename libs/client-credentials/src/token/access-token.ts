import { createHash } from 'node:crypto';
import type { Instant } from '../base/clock.js';
import type { IssuedToken } from './issued-token.js';
import { inspectAs } from '../base/inspect.js';

/**
 * A token that is good now. Its value is read from `value`, or ready for a header from `authorization`; neither is
 * ever printed: `JSON.stringify`, `String()` and `util.inspect` show everything else.
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
        `AccessToken { ${fingerprintOf(token.value)}, ${token.type}, scopes: [${token.scopes.join(' ')}], expires: ${new Date(token.expiresAt).toISOString()} }`,
    );
  }

  // What was issued, and not the object that it came in: there may be many tokens.
  readonly #value: string;
  readonly #type: string;
  readonly #scopes: readonly string[];
  readonly #apiBaseURL: string | undefined;
  readonly #requested: Instant;
  readonly #lifetimeMs: number;
  readonly #authorizationOf: (token: AccessToken) => string;
  #authorization: string | undefined;

  /**
   * @param issued - what the token endpoint handed out
   * @param authorizationOf - writes the header's value
   * @internal
   */
  constructor(issued: IssuedToken, authorizationOf: (token: AccessToken) => string) {
    this.#value = issued.value;
    this.#type = issued.type;
    this.#scopes = issued.scopes;
    this.#apiBaseURL = issued.apiBaseURL;
    this.#requested = issued.requested;
    this.#lifetimeMs = issued.lifetimeMs;
    this.#authorizationOf = authorizationOf;
  }

  /** The token itself. */
  get value(): string {
    return this.#value;
  }

  /** The value of the header that carries it, `Bearer …` as a rule. */
  get authorization(): string {
    // Written when it is first needed: many tokens wait for long, and it is as long as the token.
    return (this.#authorization ??= this.#authorizationOf(this));
  }

  /** `Bearer` as a rule. */
  get type(): string {
    return this.#type;
  }

  /** The scopes granted, or those asked for where the answer names none. */
  get scopes(): readonly string[] {
    return this.#scopes;
  }

  /** Epoch milliseconds at which the token was asked for. */
  get obtainedAt(): number {
    return this.#requested.at;
  }

  /** Epoch milliseconds at which it ends. */
  get expiresAt(): number {
    return this.obtainedAt + this.#lifetimeMs;
  }

  /** The API's base address, for providers that name it with each token. */
  get apiBaseURL(): string | undefined {
    return this.#apiBaseURL;
  }

  toJSON(): object {
    const { type, scopes, obtainedAt, expiresAt, apiBaseURL } = this;
    return { type, scopes, obtainedAt, expiresAt, apiBaseURL };
  }

  toString(): string {
    return `AccessToken ${fingerprintOf(this.value)}`;
  }
}

/** A few characters that tell one token from another and nothing else: the start of its SHA-256. */
export function fingerprintOf(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 8);
}
