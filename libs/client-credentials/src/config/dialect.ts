/** A value that JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** More parameters of a token request. JSON values are only possible where the body is JSON. */
export type Parameters = Record<string, JsonValue>;

/** The parameters of a token request that the OAuth specifications name and a dialect may rename. */
export type StandardParameter =
  'grant_type' | 'client_id' | 'client_secret' | 'scope' | 'audience' | 'resource';

/** How the answer to a token request is read. Paths are dotted: `data.access_token`. */
export interface ResponseDialect {
  /**
   * Path of the token; `''` when the whole body is the token.
   *
   * @defaultValue `'access_token'`
   */
  accessToken?: string;
  /**
   * Path of the lifetime.
   *
   * @defaultValue `'expires_in'`
   */
  expiresIn?: string;
  /**
   * What the value at `expiresIn` counts: a lifetime, or the instant at which the token ends.
   *
   * @defaultValue `'seconds'`
   */
  expiresUnit?: 'seconds' | 'milliseconds' | 'epoch-seconds' | 'epoch-milliseconds' | 'iso-8601';
  /**
   * Path of the token type.
   *
   * @defaultValue `'token_type'`
   */
  tokenType?: string;
  /**
   * Path of the granted scopes.
   *
   * @defaultValue `'scope'`
   */
  scope?: string;
  /**
   * Path of the API's base address, for providers that name it with each token (Salesforce's `instance_url`).
   * Relative calls then go there, with the token.
   */
  apiBaseURL?: string;
  /**
   * Path of the error code.
   *
   * @defaultValue `'error'`, then the shapes that providers are known to use instead
   */
  error?: string;
  /**
   * Path of the error's description.
   *
   * @defaultValue `'error_description'`, then the shapes that providers are known to use instead
   */
  errorDescription?: string;
  /** Says whether an answer is an error although its status is 2xx. It may be asked more than once. */
  isError?: (body: unknown, status: number) => boolean;
}

/** How the token is put on a call to the API. */
export interface AuthorizationDialect {
  /**
   * The header that carries the token.
   *
   * @defaultValue `'Authorization'`
   */
  header?: string;
  /**
   * The word before the token; `''` sends the bare token.
   *
   * @defaultValue `'Bearer'`
   */
  scheme?: string;
  /** The query parameter that carries the token, instead of a header (RFC 6750 §2.3; WeChat). */
  query?: string;
  /** Builds the header's whole value, where scheme and token are not enough. */
  format?: (token: string) => string;
}

/**
 * How a provider departs from RFC 6749. Nothing here is needed for a provider that follows it.
 *
 * @example
 * ```ts
 * const zoom = { grantType: 'account_credentials' };
 * const wrapped = { response: { accessToken: 'data.access_token', expiresIn: 'data.expires_in' } };
 * ```
 */
export interface Dialect {
  /**
   * The method of the token request.
   *
   * @defaultValue `'POST'`
   * @see RFC 6749 §3.2, which allows only POST
   */
  method?: 'POST' | 'GET';
  /**
   * Where and how the parameters are written.
   *
   * @defaultValue `'form'`, or `'query'` when the method is GET
   */
  requestEncoding?: 'form' | 'json' | 'query';
  /**
   * The value of `grant_type`; `null` leaves it out.
   *
   * @defaultValue `'client_credentials'`
   */
  grantType?: string | null;
  /** Other names for the standard parameters; `null` leaves one out. */
  parameterNames?: Partial<Record<StandardParameter, string | null>>;
  /**
   * What stands between two scopes.
   *
   * @defaultValue `' '`
   * @see RFC 6749 §3.3
   */
  scopeSeparator?: string;
  /**
   * Whether id and secret are form-encoded before they are joined for Basic, as the RFC asks, or taken as they
   * are. It matters only for ids and secrets with characters other than letters, digits and `-._*`.
   *
   * @defaultValue `'form-encoded'`
   * @see RFC 6749 §2.3.1
   */
  basicCredentials?: 'form-encoded' | 'raw';
  /**
   * The word before the credentials that `client_secret_basic` sends.
   *
   * @defaultValue `'Basic'`
   */
  basicScheme?: string;
  /** More headers of the token request. Their values count as secrets. */
  headers?: Record<string, string>;
  /** How the answer is read. */
  response?: ResponseDialect;
  /** How the token is put on a call to the API. */
  authorization?: AuthorizationDialect;
  /** Headers sent with every call to the API, e.g. `Client-Id`. Their values count as secrets. */
  apiHeaders?: Record<string, string>;
}

const STANDARD: readonly StandardParameter[] = [
  'grant_type',
  'client_id',
  'client_secret',
  'scope',
  'audience',
  'resource',
];

// RFC 7521 §4.2: what proves the client's identity is never a parameter that anybody may set.
const ASSERTION = ['client_assertion', 'client_assertion_type'];

/** The names that only the library may set, as they are sent; `null` for one that is not sent. */
export function standardNamesOf(renamed: Readonly<Record<string, unknown>>): unknown[] {
  const names = STANDARD.map((name) => (renamed[name] === undefined ? name : renamed[name]));
  return [...names, ...ASSERTION];
}
