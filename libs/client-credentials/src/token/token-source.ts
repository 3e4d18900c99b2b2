import type { GetTokenOptions, TokenRequest } from '../config/token-request.js';
import type { AccessToken } from './access-token.js';

/**
 * The source of one provider's tokens. Call `getToken` for each use, and do not keep the token: a cached token is
 * returned at once.
 *
 * @example
 * ```ts
 * const source = tokens.source('billing');
 * const { authorization } = await source.getToken({ scope: 'invoices.write' });
 * ```
 */
export interface TokenSource {
  /** Name of the provider. */
  readonly provider: string;
  /**
   * Returns a token that may be sent now, from the cache, the store or the token endpoint.
   *
   * @throws `ClientCredentialsError` if no token could be acquired; the signal's reason if the caller's signal is aborted
   */
  getToken(options?: GetTokenOptions): Promise<AccessToken>;
  /** Returns the cached token, or `undefined` if {@link getToken} would wait. Starts a background refresh that is due. */
  peek(request?: TokenRequest): AccessToken | undefined;
  /** Drops a token, given as a token or as its value, if the token is still current. The next caller gets a new token. */
  invalidate(token: AccessToken | string): Promise<void>;
  /** Clears remembered failures, so that the next call asks the token endpoint at once. */
  reset(): void;
  /** Returns a source with another default token request. Fields that a call names itself win. */
  with(request: TokenRequest): TokenSource;
  /** Returns the source of one tenant, whatever tenant the context has. Without tenants, returns this source. */
  forTenant(tenant: string): TokenSource;
}

/** A token of a {@link BearerSource}. */
export interface BearerToken {
  /** The token itself. */
  readonly value: string;
  /** Value of the `Authorization` header, such as `Bearer …`. */
  readonly authorization: string;
}

/**
 * A token source of your own, for `authorizeAxios`, `authorizeFetch` and `tokenRelay`.
 *
 * The tokens go in the `Authorization` header. An error that `getToken` throws reaches the caller unchanged.
 *
 * @example
 * ```ts
 * const source: BearerSource = {
 *   getToken: async () => ({ value: token, authorization: `Bearer ${token}` }),
 * };
 * authorizeAxios(api, source);
 * ```
 */
export interface BearerSource {
  /** Name of the source in warnings. */
  readonly provider?: string;
  /** Returns a token that may be sent now. */
  getToken(request?: TokenRequest): BearerToken | Promise<BearerToken>;
  /**
   * Drops a token that the API refused with 401. The call is then sent again with the next token.
   *
   * Without this method, the caller gets the 401.
   */
  invalidate?(token: BearerToken): unknown;
}
