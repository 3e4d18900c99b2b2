import { HttpService } from '@nestjs/axios';
import axios, { type AxiosInstance } from 'axios';
import type { AccessToken } from '../token/access-token.js';
import { attach } from '../token/attachment.js';
import type { GetTokenOptions, TokenRequest } from '../config/token-request.js';
import { currentTenant, requestOfTenant, runWithTenant } from '../base/tenant-context.js';
import type { TokenSource } from '../token/token-source.js';
import { authorizeAxios } from '../http/axios/authorize-axios.js';
import { attachmentOf } from '../http/source-attachment.js';
import { derivedAxios } from './derived-axios.js';
import { inspectAs } from '../base/inspect.js';

/**
 * An `HttpService` whose calls carry the provider's token, over an axios instance of its own; and the source of these
 * tokens.
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
    keepTenants(TokenClient.prototype);
  }

  readonly #source: TokenSource;

  private constructor(source: TokenSource, instance: AxiosInstance) {
    super(instance);
    this.#source = source;
    attach(this, attachmentOf(source));
  }

  /** The client of a source: an axios instance made from the provider's `api`, authorized. */
  static of(source: TokenSource): TokenClient {
    const instance = axios.create(attachmentOf(source).defaults);
    authorizeAxios(instance, source);
    return new TokenClient(source, instance);
  }

  /** The provider's name. */
  get provider(): string {
    return this.#source.provider;
  }

  /**
   * A token that is good now.
   *
   * @throws `ClientCredentialsError` if none can be had
   */
  getToken(options?: GetTokenOptions): Promise<AccessToken> {
    return this.#source.getToken(options);
  }

  /** What {@link getToken} would answer with, if that takes no wait. */
  peek(request?: TokenRequest): AccessToken | undefined {
    return this.#source.peek(request);
  }

  /** Drops a token, if it is still in use; the next call gets a new one. */
  invalidate(token: AccessToken | string): Promise<void> {
    return this.#source.invalidate(token);
  }

  /** Forgets failures: the next call may ask the provider at once. */
  reset(): void {
    this.#source.reset();
  }

  /**
   * A client that asks for something else, unless a call says so itself. It shares the axios instance, so that
   * interceptors work for both.
   */
  with(request: TokenRequest): TokenClient {
    return new TokenClient(this.#source.with(request), derivedAxios(this.axiosRef, request));
  }

  /**
   * The client of one tenant, where the provider has tenants: its calls go to that tenant's API with that tenant's tokens,
   * whatever tenant the context has. It shares the axios instance.
   *
   * @example
   * ```ts
   * await firstValueFrom(this.signeasy.forTenant(customer.id).get('/me'));
   * ```
   */
  forTenant(tenant: string): TokenClient {
    const source = this.#source.forTenant(tenant);
    // Where there are no tenants nothing differs.
    return source === this.#source
      ? this
      : new TokenClient(source, derivedAxios(this.axiosRef, requestOfTenant(tenant)));
  }
}

type Send = (...args: unknown[]) => unknown;

/**
 * Has a call made for the tenant of whoever asked for it, though it is sent only when somebody subscribes. A definition rather than a
 * method, since its types would be those of one version of `HttpService`.
 */
function keepTenants(prototype: HttpService): void {
  const make: unknown = Reflect.get(prototype, 'makeObservable');
  if (typeof make !== 'function') return;
  Object.defineProperty(prototype, 'makeObservable', {
    value(this: HttpService, send: Send, ...args: unknown[]): unknown {
      const tenant = currentTenant();
      const sendForTenant: Send = (...call) => runWithTenant(tenant, () => send(...call));
      return Reflect.apply(make, this, [tenant === undefined ? send : sendForTenant, ...args]);
    },
  });
}
