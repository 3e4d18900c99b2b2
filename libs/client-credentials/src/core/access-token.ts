import { createHash } from 'node:crypto';
import { printAs } from './printed.js';

/** What an {@link AccessToken} is made of. */
export interface AccessTokenFields {
  value: string;
  type: string;
  scopes: readonly string[];
  obtainedAt: number;
  expiresAt: number;
  authorization: string;
  apiBaseURL?: string | undefined;
}

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

  readonly #value: string;
  readonly #authorization: string;
  /** `Bearer` as a rule. */
  readonly type: string;
  /** The scopes granted, or those asked for where the answer names none. */
  readonly scopes: readonly string[];
  /** Epoch milliseconds at which the token was asked for. */
  readonly obtainedAt: number;
  /** Epoch milliseconds at which it ends. */
  readonly expiresAt: number;
  /** The API's base address, for providers that name it with each token. */
  declare readonly apiBaseURL?: string;

  constructor(fields: AccessTokenFields) {
    this.#value = fields.value;
    this.#authorization = fields.authorization;
    this.type = fields.type;
    this.scopes = fields.scopes;
    this.obtainedAt = fields.obtainedAt;
    this.expiresAt = fields.expiresAt;
    if (fields.apiBaseURL !== undefined) {
      Object.defineProperty(this, 'apiBaseURL', { value: fields.apiBaseURL, enumerable: true });
    }
  }

  /** The token itself. */
  get value(): string {
    return this.#value;
  }

  /** The value of the header that carries it, `Bearer …` as a rule. */
  get authorization(): string {
    return this.#authorization;
  }

  toJSON(): object {
    const { type, scopes, obtainedAt, expiresAt, apiBaseURL } = this;
    return { type, scopes, obtainedAt, expiresAt, apiBaseURL };
  }

  toString(): string {
    return `AccessToken ${fingerprintOf(this.#value)}`;
  }
}

/** A few characters that tell one token from another and nothing else: the start of its SHA-256. */
export function fingerprintOf(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 8);
}
