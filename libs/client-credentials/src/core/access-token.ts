import { createHash } from 'node:crypto';
import type { IssuedToken } from './issued-token.js';
import { printAs } from './printed.js';

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
    printAs(
      AccessToken,
      (token) =>
        `AccessToken { ${fingerprintOf(token.value)}, ${token.type}, scopes: [${token.scopes.join(' ')}], expires: ${new Date(token.expiresAt).toISOString()} }`,
    );
  }

  readonly #issued: IssuedToken;
  readonly #authorizationOf: (issued: IssuedToken) => string;
  #authorization: string | undefined;

  /**
   * @param issued - what the token endpoint handed out
   * @param authorizationOf - writes the header's value
   * @internal
   */
  constructor(issued: IssuedToken, authorizationOf: (issued: IssuedToken) => string) {
    this.#issued = issued;
    this.#authorizationOf = authorizationOf;
  }

  /** The token itself. */
  get value(): string {
    return this.#issued.value;
  }

  /** The value of the header that carries it, `Bearer …` as a rule. */
  get authorization(): string {
    // Written when it is first needed: many tokens wait for long, and it is as long as the token.
    return (this.#authorization ??= this.#authorizationOf(this.#issued));
  }

  /** `Bearer` as a rule. */
  get type(): string {
    return this.#issued.type;
  }

  /** The scopes granted, or those asked for where the answer names none. */
  get scopes(): readonly string[] {
    return this.#issued.scopes;
  }

  /** Epoch milliseconds at which the token was asked for. */
  get obtainedAt(): number {
    return this.#issued.requested.at;
  }

  /** Epoch milliseconds at which it ends. */
  get expiresAt(): number {
    return this.obtainedAt + this.#issued.lifetimeMs;
  }

  /** The API's base address, for providers that name it with each token. */
  get apiBaseURL(): string | undefined {
    return this.#issued.apiBaseURL;
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
