import type { JsonValue } from './dialect.js';

/**
 * A client secret. Of several, each is tried in the order given until the provider takes one; the one it took is
 * tried first from then on. That is how a secret is rotated without a gap.
 */
export type Secret = string | string[];

/** A value, or a function that reads it when it is needed. */
export type Lazy<T> = T | (() => T | Promise<T>);

/** One attempt at a token request, before it is sent. A {@link ClientAuthentication} may change any of it. */
export interface TokenRequestAttempt {
  /** The address the request goes to, without the parameters of a query encoding. */
  url: string;
  /** The method of the request. */
  method: 'POST' | 'GET';
  /** Header names and values. */
  headers: Record<string, string>;
  /** Parameters by the names they are sent under. An array is sent as a repeated parameter, in JSON as an array. */
  parameters: Record<string, JsonValue>;
}

/**
 * Proves to the token endpoint who asks. Called for every attempt, retries included, so that a proof is never sent
 * twice. What it adds counts as a secret in every output.
 *
 * @example
 * ```ts
 * const workday: ClientAuthentication = ({ headers }) => {
 *   headers.authorization = `ID ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
 * };
 * ```
 * @see RFC 6749 §2.3
 */
export type ClientAuthentication = (attempt: TokenRequestAttempt) => void | Promise<void>;

/**
 * The built-in ways of client authentication: credentials in the `Authorization` header, in the request's
 * parameters, or a public client's id alone.
 *
 * @see RFC 6749 §2.3.1; the names are those of the OAuth token endpoint authentication method registry
 */
export type ClientAuthenticationMethod = 'client_secret_basic' | 'client_secret_post' | 'none';
