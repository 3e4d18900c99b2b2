import { HttpService } from '@nestjs/axios';
import type { AxiosInstance } from 'axios';
import type { AccessToken } from '../token/access-token.js';
import { attach, attachmentIn } from '../token/attachment.js';
import type { GetTokenOptions, TokenRequest } from '../config/token-request.js';
import { currentTenant, requestOfTenant, runWithTenant } from '../base/tenant-context.js';
import type { TokenSource } from '../token/token-source.js';
import { createAxios, isAxios } from '../http/axios/own-defaults.js';
import { authorizeAxios } from '../http/authorize-axios/authorize-axios.js';
import { attachmentOf } from '../http/source-attachment.js';
import { derivedAxios } from './derived-axios.js';
import { inspectAs } from '../base/inspect.js';

/**
 * An `HttpService` whose calls carry the provider's token. Also a {@link TokenSource} of these tokens.
 *
 * Each client has its own axios instance, made from the provider's `api` options.
 *
 * @example
 * ```ts
 * const { data } = await firstValueFrom(this.signeasy.get('/me'));
 * const writer = this.billing.with({ scope: 'invoices.write' });
 * ```
 */
export class TokenClient extends HttpService implements TokenSource {
  static {
    inspectAs(TokenClient, ({ provider }) => `TokenClient { ${provider} }`);
    captureTenants(TokenClient.prototype);
  }

  readonly #source: TokenSource;

  private constructor(source: TokenSource, instance: AxiosInstance) {
    super(instance);
    this.#source = source;
    attach(this, attachmentIn(source) ?? attachmentOf(source));
  }

  /** Creates the client of a source, with an authorized axios instance made from the provider's `api`. */
  static of(source: TokenSource): TokenClient {
    const instance = createAxios(attachmentOf(source).defaults);
    if (isAxios(instance)) authorizeAxios(instance, source);
    return new TokenClient(source, instance);
  }

  /** Name of the provider. */
  get provider(): string {
    return this.#source.provider;
  }

  /**
   * Returns a valid token, from the cache or the token endpoint.
   *
   * @throws `ClientCredentialsError` if no token could be acquired
   */
  getToken(options?: GetTokenOptions): Promise<AccessToken> {
    return this.#source.getToken(options);
  }

  /** Returns the token that {@link getToken} would return without a wait, or `undefined`. */
  peek(request?: TokenRequest): AccessToken | undefined {
    return this.#source.peek(request);
  }

  /** Drops a token if it is the current one, so that the next call gets a new token. */
  invalidate(token: AccessToken | string): Promise<void> {
    return this.#source.invalidate(token);
  }

  /** Clears remembered failures, so that the next call asks the token endpoint at once. */
  reset(): void {
    this.#source.reset();
  }

  /**
   * Returns a client with another default token request. A call's own `clientCredentials` still win.
   *
   * The client shares this client's axios instance and interceptors.
   */
  with(request: TokenRequest): TokenClient {
    return new TokenClient(this.#source.with(request), derivedAxios(this.axiosRef, request));
  }

  /**
   * Returns the client of one tenant: its calls use the tenant's API and tokens, whatever tenant the context has.
   *
   * The client shares this client's axios instance. For a provider without tenants, returns this client.
   *
   * @example
   * ```ts
   * await firstValueFrom(this.signeasy.forTenant(customer.id).get('/me'));
   * ```
   */
  forTenant(tenant: string): TokenClient {
    const source = this.#source.forTenant(tenant);
    return source === this.#source
      ? this
      : new TokenClient(source, derivedAxios(this.axiosRef, requestOfTenant(tenant)));
  }
}

type Send = (...args: unknown[]) => unknown;

/**
 * Makes a call use the tenant of the context in which its observable was created, not subscribed to.
 *
 * Defined outside the class: `makeObservable` has different types in each version of `HttpService`.
 */
function captureTenants(prototype: HttpService): void {
  const makeObservable: unknown = Reflect.get(prototype, 'makeObservable');
  if (typeof makeObservable !== 'function') return;
  Object.defineProperty(prototype, 'makeObservable', {
    value(this: HttpService, send: Send, ...args: unknown[]): unknown {
      const tenant = currentTenant();
      const sendForTenant: Send = (...call) => runWithTenant(tenant, () => send(...call));
      return Reflect.apply(makeObservable, this, [tenant === undefined ? send : sendForTenant, ...args]);
    },
  });
}
