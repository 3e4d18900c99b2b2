import { type GetTokenOptions, type OutboundCall, type TokenRequest } from '../config/token-request.js';
import type { AccessToken } from './access-token.js';
import type { Attachment } from './attachment.js';

/**
 * Hands out the tokens of one provider. Ask for a token whenever you need one and do not keep it: a good one is
 * answered at once from memory.
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
  /** What a layer that puts tokens on calls needs to know. */
  readonly api: Attachment;
  /**
   * A token that is good now.
   *
   * @throws `ClientCredentialsError` if none can be had; the signal's reason if the caller's signal is aborted
   */
  getToken(options?: GetTokenOptions): Promise<AccessToken>;
  /**
   * What {@link getToken} would answer with, if that takes no wait: the token, and who serves it (the source of the tenant, where there are tenants). A
   * renewal that is due is begun.
   */
  peek(request?: TokenRequest): ReadyToken | undefined;
  /** Drops a token, given as it is or by its value, if it is still in use; the next caller gets a new one. */
  invalidate(token: AccessToken | string): Promise<void>;
  /** Forgets failures: the next call may ask the provider at once, whatever it answered before. */
  reset(): void;
  /** The same source, asking for something else unless a call says so itself. */
  with(request: TokenRequest): TokenSource;
  /** The same source for one tenant; where the provider has no tenants, the same source. An explicit tenant wins over `tenantContext`. */
  forTenant(tenant: string): TokenSource;
  /**
   * The source that serves a call: that of its tenant, where the provider has tenants, with what this one was derived for;
   * elsewhere this one. At once where the tenant is known already.
   *
   * @param call - the call, for `tokenFor`, which may name its tenant
   * @throws `ClientCredentialsError` `tenant_required`, `unknown_tenant`, `tenant_unavailable`; `invalid_configuration` if the tenant's options are wrong
   */
  sourceFor(request: TokenRequest, call?: () => OutboundCall): TokenSource | Promise<TokenSource>;
}

/** A token that is there, and the source that serves it. */
export interface ReadyToken {
  readonly source: TokenSource;
  readonly token: AccessToken;
}
