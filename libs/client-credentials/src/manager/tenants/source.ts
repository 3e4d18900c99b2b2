import { awake, unlessAborted } from '../../base/abort.js';
import { inspectAs } from '../../base/inspect.js';
import { currentTenant, requestOfTenant } from '../../base/tenant-context.js';
import {
  frozenRequest,
  mergeRequests,
  type GetTokenOptions,
  type OutboundCall,
  type TokenRequest,
} from '../../config/token-request.js';
import type { AccessToken } from '../../token/access-token.js';
import type { Attachment } from '../../token/attachment.js';
import { type ReadyToken, type TokenSource } from '../../token/token-source.js';
import type { ProviderClient } from '../client.js';
import type { KnownTenant, TenantDirectory } from './directory.js';
import { tenantRequired } from './errors.js';
import { TenantClientSource } from './serving-source.js';

/** A {@link TokenSource} that has a token for each tenant, and none that is nobody's. */
export class TenantTokenSource implements TokenSource {
  static {
    inspectAs(TenantTokenSource, ({ provider }) => `TokenSource { ${provider}, of each tenant }`);
  }

  readonly #directory: TenantDirectory;
  readonly #api: Attachment;
  readonly #defaults: TokenRequest;
  /** What serves the clients of tenants, with the defaults of this source. */
  readonly #serving = new WeakMap<ProviderClient, TenantClientSource>();

  /** @param api - the rules of the provider's own options, for as long as no tenant is known */
  constructor(directory: TenantDirectory, api: Attachment, defaults: TokenRequest = {}) {
    this.#directory = directory;
    this.#api = api;
    this.#defaults = frozenRequest(defaults);
  }

  get provider(): string {
    return this.#directory.provider;
  }

  get api(): Attachment {
    return this.#api;
  }

  peek(request: TokenRequest = {}): ReadyToken | undefined {
    const tenant = this.#tenantOf(request);
    const known = typeof tenant === 'string' ? this.#directory.peek(tenant) : undefined;
    const source = known && this.#serve(known);
    const ready = source?.own.peek(request);
    return ready && source && { source, token: ready.token };
  }

  async getToken({ signal, ...given }: GetTokenOptions = {}): Promise<AccessToken> {
    signal?.throwIfAborted();
    const options: GetTokenOptions = frozenRequest(given);
    const source = await awake(unlessAborted((async () => this.sourceFor(options))(), signal));
    return source.getToken(signal === undefined ? options : { ...options, signal });
  }

  async invalidate(token: AccessToken | string): Promise<void> {
    const value = typeof token === 'string' ? token : token.value;
    const only = this.#tenantOf({});
    const clients = [...this.#directory.all()].filter(({ tenant }) => only === undefined || tenant === only);
    const entries = clients.flatMap((client) => [...client.all()]);
    await awake(Promise.all(entries.map((entry) => entry.invalidate(value))));
  }

  reset(): void {
    const only = this.#tenantOf({});
    for (const client of this.#directory.all()) {
      if (only === undefined || client.tenant === only) for (const entry of client.all()) entry.reset();
    }
  }

  with(request: TokenRequest): TokenSource {
    return new TenantTokenSource(this.#directory, this.#api, mergeRequests(this.#defaults, request));
  }

  forTenant(tenant: string): TokenSource {
    return this.with(requestOfTenant(tenant));
  }

  sourceFor(request: TokenRequest, call?: () => OutboundCall): TokenSource | Promise<TokenSource> {
    const tenant = this.#tenantOf(request, call);
    if (typeof tenant !== 'string' || tenant === '') throw tenantRequired(this.provider);
    const found = this.#directory.find(tenant);
    return found instanceof Promise ? found.then((known) => this.#serve(known)) : this.#serve(found);
  }

  /** As the call says, else as this source was derived, else as `tokenFor` says of the call, else as the context has it. */
  #tenantOf(request: TokenRequest, call?: () => OutboundCall): string | undefined {
    const merged = mergeRequests(this.#defaults, request);
    const { tenant } = call === undefined ? merged : this.#api.requestFor(call, merged);
    return tenant === undefined ? currentTenant() : tenant;
  }

  #serve({ tenant, client }: KnownTenant): TenantClientSource {
    const known = this.#serving.get(client);
    if (known !== undefined) return known;
    const { tenant: _, ...defaults } = this.#defaults;
    const serving = new TenantClientSource(this.#directory, tenant, client, defaults);
    this.#serving.set(client, serving);
    return serving;
  }
}
