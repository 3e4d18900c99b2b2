import { inspectAs } from '../../base/inspect.js';
import { unlessAborted } from '../../base/abort.js';
import { currentTenant, requestOfTenant } from '../../base/tenant-context.js';
import {
  checkedOptions,
  DEFAULT_REQUEST,
  frozenRequest,
  mergeRequests,
  type GetTokenOptions,
  type OutboundCall,
  type TokenRequest,
} from '../../config/token-request.js';
import { EntryTokenSource } from '../../cache/entry-source.js';
import type { AccessToken } from '../../token/access-token.js';
import { attach, type Attachment, type AttachmentRules } from '../../token/attachment.js';
import type { TokenSource } from '../../token/token-source.js';
import type { ProviderClient } from '../client.js';
import type { KnownTenant, TenantDirectory } from './directory.js';
import { tenantRequired } from './errors.js';

/** The source over one tenant's client. */
interface TenantSource {
  readonly source: EntryTokenSource;
  readonly attachment: Attachment;
}

/** A {@link TokenSource} with tokens per tenant. Without a tenant, `getToken` fails. */
export class TenantTokenSource implements TokenSource {
  static {
    inspectAs(TenantTokenSource, ({ provider }) => `TokenSource { ${provider}, by tenant }`);
  }

  readonly #directory: TenantDirectory;
  readonly #rules: AttachmentRules;
  readonly #defaults: TokenRequest;
  /** Sources over the tenants' clients, with this source's defaults, and their attachments. A call keeps the client that it began with. */
  readonly #sources = new WeakMap<ProviderClient, TenantSource>();

  /** @param rules - rules of the provider's own options, for calls whose tenant is unknown */
  constructor(directory: TenantDirectory, rules: AttachmentRules, defaults: TokenRequest = DEFAULT_REQUEST) {
    this.#directory = directory;
    this.#rules = rules;
    this.#defaults = frozenRequest(defaults);
    attach(this, {
      ...rules,
      provider: directory.provider,
      isTenantKnown: false,
      acceptedToken: undefined,
      forCall: this.#attachmentFor,
      getToken: (request, signal) => this.getToken({ ...request, ...(signal && { signal }) }),
      refuse: () => 'too-young',
      noteAccepted: () => undefined,
      noteInsufficientScope: () => undefined,
      noteReplay: () => undefined,
    });
  }

  get provider(): string {
    return this.#directory.provider;
  }

  peek(request: TokenRequest = {}): AccessToken | undefined {
    const tenant = this.#tenantOf(request);
    const known = typeof tenant === 'string' ? this.#directory.peek(tenant) : undefined;
    return known && this.#sourceOf(known).source.peek(request);
  }

  async getToken(asked: GetTokenOptions = DEFAULT_REQUEST): Promise<AccessToken> {
    const { signal, ...given } = checkedOptions(asked, 'getToken');
    signal?.throwIfAborted();
    const options: GetTokenOptions = frozenRequest(given);
    const tenant = await unlessAborted((async () => this.#find(options))(), signal);
    return this.#sourceOf(tenant).source.getToken(signal === undefined ? options : { ...options, signal });
  }

  async invalidate(token: AccessToken | string): Promise<void> {
    const value = typeof token === 'string' ? token : token.value;
    const ownTenant = this.#tenantOf({});
    const clients = [...this.#directory.all()].filter(
      ({ tenant }) => ownTenant === undefined || tenant === ownTenant,
    );
    const entries = clients.flatMap((client) => [...client.entries.entries()]);
    await Promise.all(entries.map((entry) => entry.invalidate(value)));
  }

  reset(): void {
    const ownTenant = this.#tenantOf({});
    for (const client of this.#directory.all()) {
      if (ownTenant === undefined || client.tenant === ownTenant)
        for (const entry of client.entries.entries()) entry.reset();
    }
  }

  with(request: TokenRequest): TokenSource {
    const defaults = mergeRequests(this.#defaults, checkedOptions(request, 'with'));
    return new TenantTokenSource(this.#directory, this.#rules, defaults);
  }

  forTenant(tenant: string): TokenSource {
    const defaults = { ...this.#defaults, ...requestOfTenant(tenant) };
    return new TenantTokenSource(this.#directory, this.#rules, defaults);
  }

  readonly #attachmentFor: Attachment['forCall'] = (request, call) => {
    const found = this.#find(request, call);
    if (!(found instanceof Promise)) return this.#sourceOf(found).attachment;
    return found.then((tenant) => this.#sourceOf(tenant).attachment);
  };

  #find(request: TokenRequest, call?: () => OutboundCall): KnownTenant | Promise<KnownTenant> {
    const tenant = this.#tenantOf(request, call);
    if (typeof tenant !== 'string' || tenant === '') throw tenantRequired(this.provider);
    return this.#directory.find(tenant);
  }

  /** Tenant of the call, else of this source's defaults, else of `tokenFor`, else of the context. */
  #tenantOf(request: TokenRequest, call?: () => OutboundCall): string | undefined {
    const { requestFor } = this.#rules;
    let { tenant = this.#defaults.tenant } = request;
    if (requestFor !== undefined && call !== undefined) {
      ({ tenant } = requestFor(call, mergeRequests(this.#defaults, request)));
    }
    return tenant === undefined ? currentTenant() : tenant;
  }

  #sourceOf({ client }: KnownTenant): TenantSource {
    const known = this.#sources.get(client);
    if (known !== undefined) return known;
    const { tenant: _, ...others } = this.#defaults;
    const defaults = Object.keys(others).length === 0 ? DEFAULT_REQUEST : others;
    const source = new EntryTokenSource(client.entries, client.rules, defaults);
    const created = { source, attachment: source.attachment };
    this.#sources.set(client, created);
    return created;
  }
}
