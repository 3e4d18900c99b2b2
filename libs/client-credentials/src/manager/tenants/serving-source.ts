import { isDeepStrictEqual } from 'node:util';
import { awake, unlessAborted } from '../../base/abort.js';
import { inspectAs } from '../../base/inspect.js';
import { EntryTokenSource } from '../../cache/entry-source.js';
import {
  frozenRequest,
  mergeRequests,
  type GetTokenOptions,
  type TokenRequest,
} from '../../config/token-request.js';
import type { AccessToken } from '../../token/access-token.js';
import type { Attachment, AttachmentRules, RefusalOutcome } from '../../token/attachment.js';
import { type ReadyToken, type TokenSource } from '../../token/token-source.js';
import type { ProviderClient } from '../client.js';
import type { TenantDirectory } from './directory.js';
import { tenantChanged } from './errors.js';

/**
 * The source that serves the calls of one tenant. What its API is like was settled when the call began; who its client is may change while a
 * call is on its way, and is looked up whenever it matters: a tenant that was asked for again, or forgotten, has another one.
 */
export class TenantClientSource implements TokenSource {
  static {
    inspectAs(TenantClientSource, ({ provider }) => `TokenSource { ${provider}, of one tenant }`);
  }

  readonly provider: string;
  /** The source of the client that the tenant had when this was made. */
  readonly own: EntryTokenSource;
  readonly #tenant: string;
  readonly #directory: TenantDirectory;
  readonly #client: ProviderClient;
  readonly #defaults: TokenRequest;
  readonly #api: Attachment;

  constructor(
    directory: TenantDirectory,
    tenant: string,
    client: ProviderClient,
    defaults: TokenRequest = {},
  ) {
    this.provider = directory.provider;
    this.#tenant = tenant;
    this.#directory = directory;
    this.#client = client;
    this.own = new EntryTokenSource(client, defaults);
    this.#defaults = frozenRequest(defaults);
    this.#api = {
      ...this.own.api,
      agentOf: (token) => (this.#known() ?? this.own).api.agentOf(token),
      refuse: (token, request, claims) => this.#refuse(token, request, claims),
      noteAccepted: (token, request) => this.#known()?.api.noteAccepted(token, request),
      noteReplay: (request, status) => this.#known()?.api.noteReplay(request, status),
    };
  }

  get api(): Attachment {
    return this.#api;
  }

  peek(request?: TokenRequest): ReadyToken | undefined {
    const ready = this.#known()?.peek(request);
    return ready && { source: this, token: ready.token };
  }

  async getToken({ signal, ...given }: GetTokenOptions = {}): Promise<AccessToken> {
    signal?.throwIfAborted();
    const options: GetTokenOptions = frozenRequest(given);
    const source = await awake(unlessAborted(this.#current(), signal));
    if (source === undefined) throw tenantChanged(this.provider, this.#tenant);
    return source.getToken(signal === undefined ? options : { ...options, signal });
  }

  async invalidate(token: AccessToken | string): Promise<void> {
    await this.#known()?.invalidate(token);
  }

  reset(): void {
    this.#known()?.reset();
  }

  with(request: TokenRequest): TokenSource {
    const defaults = mergeRequests(this.#defaults, request);
    return new TenantClientSource(this.#directory, this.#tenant, this.#client, defaults);
  }

  forTenant(): TokenSource {
    return this;
  }

  sourceFor(): TokenSource {
    return this;
  }

  async #refuse(token: AccessToken, request: TokenRequest, claims?: string): Promise<RefusalOutcome> {
    const source = this.#known() ?? (await awake(this.#current()));
    return source === undefined ? 'changed' : source.refuse(token, request, claims);
  }

  /** The source of the client that the tenant has now, unless that is not known at the moment. */
  #known(): EntryTokenSource | undefined {
    const known = this.#directory.peek(this.#tenant);
    return known && this.#of(known.client);
  }

  /** The same, looked up if need be. */
  async #current(): Promise<EntryTokenSource | undefined> {
    const { client } = await this.#directory.find(this.#tenant);
    return this.#of(client);
  }

  /** The source of a client, unless its tokens go elsewhere, or go in another way, than was settled. */
  #of(client: ProviderClient): EntryTokenSource | undefined {
    if (client === this.#client) return this.own;
    return isSameApi(client.rules, this.#client.rules)
      ? new EntryTokenSource(client, this.#defaults)
      : undefined;
  }
}

function isSameApi(one: AttachmentRules, other: AttachmentRules): boolean {
  return one.proofSigner === other.proofSigner && isDeepStrictEqual(wayOf(one), wayOf(other));
}

function wayOf({ placement, headers, allowedOrigins, defaults }: AttachmentRules): unknown {
  return [placement, headers, allowedOrigins, defaults.baseURL];
}
