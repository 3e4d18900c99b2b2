import type { GetTokenOptions, TokenRequest } from '../config/token-request.js';
import type { AccessToken } from './access-token.js';

/**
 * Hands out the tokens of one provider. Ask for a token whenever you need one and do not keep it: a cached one is
 * answered at once.
 *
 * @example
 * ```ts
 * const source = tokens.source('billing');
 * const { authorization } = await source.getToken({ scope: 'invoices.write' });
 * ```
 */
export interface TokenSource {
  /** The provider's name. */
  readonly provider: string;
  /**
   * A token that may be sent now.
   *
   * @throws `ClientCredentialsError` if none can be had; the signal's reason if the caller's signal is aborted
   */
  getToken(options?: GetTokenOptions): Promise<AccessToken>;
  /** The token that {@link getToken} would resolve with, if it is cached. Starts a refresh that is due. */
  peek(request?: TokenRequest): AccessToken | undefined;
  /** Drops a token, or the token with this value, if it is still in use. The next caller gets a new one. */
  invalidate(token: AccessToken | string): Promise<void>;
  /** Forgets failures: the next call may ask the provider at once, whatever it answered before. */
  reset(): void;
  /** The same source with other defaults: what a call names itself wins. */
  with(request: TokenRequest): TokenSource;
  /** The same source for one tenant, which wins over `tenantContext`; without tenants the same source. */
  forTenant(tenant: string): TokenSource;
}

/** A token of a {@link BearerSource}. */
export interface BearerToken {
  /** The token itself. */
  readonly value: string;
  /** The value of the `Authorization` header that carries the token, such as `Bearer …`. */
  readonly authorization: string;
}

/**
 * The least that a source of tokens has to be: your own object in the place of a {@link TokenSource}, for `authorizeAxios`,
 * `authorizeFetch` and `tokenRelay`. Its tokens go in the `Authorization` header. What it throws reaches the caller as it is.
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
  /** A name for warnings. */
  readonly provider?: string;
  /** A token that may be sent now. */
  getToken(request?: TokenRequest): BearerToken | Promise<BearerToken>;
  /**
   * Drops a token that the API refused with 401. The call is then sent once more with the next one. Without this method the
   * caller gets the 401.
   */
  invalidate?(token: BearerToken): unknown;
}
