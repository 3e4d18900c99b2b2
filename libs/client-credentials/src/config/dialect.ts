/** A value that JSON can represent. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** Further parameters of a token request. Values other than strings need `requestEncoding: 'json'`. */
export type Parameters = Record<string, JsonValue>;

/** Every parameter that the library sets itself and that `parameterNames` may rename. */
export const STANDARD_PARAMETERS = [
  'grant_type',
  'client_id',
  'client_secret',
  'scope',
  'audience',
  'resource',
] as const;

/** A token request parameter that the OAuth specifications name and that a dialect may rename. */
export type StandardParameter = (typeof STANDARD_PARAMETERS)[number];

/** Where the token response holds each value. Paths are dotted: `data.access_token`. */
export interface ResponseDialect {
  /**
   * Path of the access token; `''` if the whole body is the token.
   *
   * @defaultValue `'access_token'`
   */
  accessToken?: string;
  /**
   * Name of the response header that holds the token, or `Bearer` and the token, for servers that open a session: the body is not needed then.
   *
   * `Set-Cookie`: the token is all cookies, as `authorization: { header: 'Cookie', scheme: '' }` sends them back.
   *
   * @defaultValue none: the token is in the body
   */
  accessTokenHeader?: string;
  /**
   * Path of the token's lifetime or expiry.
   *
   * @defaultValue `'expires_in'`
   */
  expiresIn?: string;
  /**
   * Unit of the value at `expiresIn`: a lifetime, or the instant of expiry; or a function that makes seconds of lifetime of the value.
   *
   * @defaultValue `'seconds'`
   */
  expiresUnit?:
    | 'seconds'
    | 'milliseconds'
    | 'epoch-seconds'
    | 'epoch-milliseconds'
    | 'iso-8601'
    | ((value: unknown) => number);
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
   * Path of the API's base URL, for providers that return one with each token (Salesforce's `instance_url`).
   *
   * Relative calls then go to this URL, with the token.
   */
  apiBaseURL?: string;
  /**
   * Path of the error code.
   *
   * @defaultValue `'error'`, then other paths that known providers use
   */
  error?: string;
  /**
   * Path of the error description.
   *
   * @defaultValue `'error_description'`, then other paths that known providers use
   */
  errorDescription?: string;
  /** Returns true for a 2xx response that is an error. May be called more than once per response. */
  isError?: (body: unknown, status: number) => boolean;
}

/** Where and how the token is written on a call to the API. */
export interface AuthorizationDialect {
  /**
   * Header that carries the token.
   *
   * @defaultValue `'Authorization'`
   */
  header?: string;
  /**
   * Word before the token; `''` sends the bare token.
   *
   * @defaultValue `'Bearer'`
   */
  scheme?: string;
  /** Query parameter that carries the token, in place of a header (RFC 6750 §2.3; WeChat). */
  query?: string;
  /** Builds the whole header value, where `scheme` and token are not enough. */
  format?: (token: string) => string;
}

/**
 * Departures of a provider from RFC 6749. A provider that follows the RFC needs none of these options.
 *
 * @example
 * ```ts
 * const zoom = { grantType: 'account_credentials' };
 * const wrapped = { response: { accessToken: 'data.access_token', expiresIn: 'data.expires_in' } };
 * ```
 */
export interface Dialect {
  /**
   * HTTP method of the token request.
   *
   * @defaultValue `'POST'`
   * @see RFC 6749 §3.2, which allows only POST
   */
  method?: 'POST' | 'GET';
  /**
   * Encoding of the request parameters: form body, JSON body or query.
   *
   * @defaultValue `'form'`, or `'query'` when `method` is GET
   */
  requestEncoding?: 'form' | 'json' | 'query';
  /**
   * Value of `grant_type`; `null` leaves the parameter out.
   *
   * @defaultValue `'client_credentials'`
   */
  grantType?: string | null;
  /** Other names of the standard parameters; `null` leaves a parameter out. */
  parameterNames?: Partial<Record<StandardParameter, string | null>>;
  /**
   * Separator between two scopes.
   *
   * @defaultValue `' '`
   * @see RFC 6749 §3.3
   */
  scopeSeparator?: string;
  /**
   * Whether id and secret are form-encoded before they are joined for Basic, or joined as they are.
   *
   * The RFC asks for form encoding. The result differs only if id or secret has characters other than letters,
   * digits and `-._*`.
   *
   * @defaultValue `'form-encoded'`
   * @see RFC 6749 §2.3.1
   */
  basicCredentials?: 'form-encoded' | 'raw';
  /**
   * Authentication scheme in front of the credentials of `client_secret_basic`.
   *
   * @defaultValue `'Basic'`
   */
  basicScheme?: string;
  /** Further headers of the token request. Their values count as secrets. */
  headers?: Record<string, string>;
  /** Where the token response holds token, lifetime and error. */
  response?: ResponseDialect;
  /** Where and how the token is written on a call to the API. */
  authorization?: AuthorizationDialect;
  /** Headers sent with every call to the API, such as `Client-Id`. Their values count as secrets. */
  apiHeaders?: Record<string, string>;
}

// RFC 7521 §4.2: the parameters of client authentication, which nobody may set as extra parameters.
const ASSERTION_PARAMETERS = ['client_assertion', 'client_assertion_type'];

/** Names, as sent, of the parameters that only the library may set; `null` for a parameter that is not sent. */
export function standardNamesOf(renamed: Readonly<Record<string, unknown>>): unknown[] {
  const names = STANDARD_PARAMETERS.map((name) => (renamed[name] === undefined ? name : renamed[name]));
  return [...names, ...ASSERTION_PARAMETERS];
}
