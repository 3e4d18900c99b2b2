import { isDeepStrictEqual } from 'node:util';
import { elapsedMs, type Instant } from '../../base/clock.js';
import { emitEvent } from '../../base/events.js';
import { asObject } from '../../base/objects.js';
import { BusyAwareLru } from '../../cache/lru.js';
import { authenticationMethodOf } from '../../config/authentication-method.js';
import type { ProviderConfig, TenantProviderConfig } from '../../config/options.js';
import { validateTenant } from '../../config/validate.js';
import type { CarriedOver } from '../../oauth/oauth-client.js';
import { MAX_TENANT_TTL_MS } from '../../store/stored-token.js';
import { forgottenKeyOf } from '../../token/token-key.js';
import { ProviderClient, type ClientDeps } from '../client.js';
import { layerProblems, tenantConfigOf } from './config.js';
import { unknownTenant } from './errors.js';
import { callResolver } from './resolver.js';

const DEFAULT_MAX = 10_000;
const DEFAULT_TTL_SECONDS = 300;
// A caller that resolved a tenant asks for a token next. Resolvers that read in batches give hundreds of tenants at once.
const MAX_AWAITED = 1_000;
// Spares the application's database from repeated unknown ids, yet a new customer waits no longer than for a page.
const UNKNOWN_MS = 1_000;
const MAX_UNKNOWN = 1_000;

/** A tenant and its client. */
export interface KnownTenant {
  readonly tenant: string;
  readonly client: ProviderClient;
  /** Instant at which `tenants` was called. */
  readonly resolved: Instant;
  /** Count of the LRU's insertions at that time. */
  readonly insertions: number;
}

/** The tenants of a provider, each with a client of its own, from the results of the `tenants` option. */
export class TenantDirectory {
  readonly provider: string;
  readonly #config: TenantProviderConfig;
  readonly #deps: ClientDeps;
  readonly #known: BusyAwareLru<string, KnownTenant>;
  /** Instants at which `tenants` returned `undefined`. */
  readonly #unknown = new BusyAwareLru<string, Instant>({ max: MAX_UNKNOWN, isBusy: () => false });
  readonly #flights = new Map<string, Promise<KnownTenant>>();
  /** Server locators that tenants share, by method of client authentication. */
  readonly #locators = new Map<string, CarriedOver['locate']>();
  readonly #ttlMs: number;

  constructor(provider: string, config: TenantProviderConfig, deps: ClientDeps) {
    this.provider = provider;
    this.#config = config;
    this.#deps = deps;
    const { max = DEFAULT_MAX, ttlSeconds = DEFAULT_TTL_SECONDS } = config.tenantCache ?? {};
    this.#ttlMs = ttlSeconds * 1000;
    this.#known = new BusyAwareLru({
      max,
      isBusy: (known) => known.client.isBusy || this.#isAwaited(known),
      onEvicted: ({ client }) => void client.forgetAll(),
    });
  }

  /** Returns the tenant, synchronously if cached. */
  find(tenant: string): KnownTenant | Promise<KnownTenant> {
    const { reason } = this.#deps.shutdown;
    if (reason !== undefined) throw reason;
    const known = this.peek(tenant);
    if (known !== undefined) return known;
    if (this.#isUnknown(tenant)) throw unknownTenant(this.provider, tenant);
    return this.#flights.get(tenant) ?? this.#resolve(tenant, this.#known.get(tenant));
  }

  /** Returns the cached tenant, or `undefined` if missing or older than `tenantCache.ttlSeconds`. */
  peek(tenant: string): KnownTenant | undefined {
    const known = this.#known.get(tenant);
    const now = this.#deps.clock.instant();
    return known !== undefined && elapsedMs(known.resolved, now) < this.#ttlMs ? known : undefined;
  }

  /** Clients of all cached tenants. */
  *all(): Iterable<ProviderClient> {
    for (const [, { client }] of this.#known.entries()) yield client;
  }

  /**
   * Drops a tenant and its tokens, here and in the store.
   *
   * The store may hold tokens that this process does not know. The instant is therefore stored as well: no process uses
   * a stored token that was requested before.
   */
  async forget(tenant: string): Promise<void> {
    const known = this.#known.get(tenant);
    this.#known.delete(tenant);
    this.#flights.delete(tenant);
    this.#unknown.delete(tenant);
    const entries = known?.client.forgetAll() ?? [];
    await Promise.all([this.#noteForgotten(tenant), ...entries.map((entry) => entry.forget())]);
  }

  async #noteForgotten(tenant: string): Promise<void> {
    const { clock, circuit, events } = this.#deps;
    const { provider } = this;
    const at = clock.now();
    const key = forgottenKeyOf(provider, tenant);
    await circuit?.run('set', (store) => store.set(key, String(at), MAX_TENANT_TTL_MS), {
      onOutage: (operation) =>
        emitEvent({ provider, tenant, clock, events }, [], { type: 'store.unavailable', operation }),
    });
  }

  /** Resolves a tenant, once for all concurrent callers. */
  #resolve(tenant: string, known: KnownTenant | undefined): Promise<KnownTenant> {
    const resolved = this.#deps.clock.instant();
    const flight: Promise<KnownTenant> = callResolver(this.provider, tenant, this.#config, this.#deps).then(
      (layer) => {
        // `forget` was called meanwhile, so that the result may be outdated.
        if (this.#flights.get(tenant) !== flight) return this.find(tenant);
        this.#flights.delete(tenant);
        const found = this.#knownTenantOf(tenant, layer, known, resolved);
        if (known !== undefined && known.client !== found?.client) {
          found?.client.takeOver(known.client);
          known.client.forgetAll();
        }
        if (found === undefined) {
          this.#known.delete(tenant);
          this.#unknown.set(tenant, this.#deps.clock.instant());
          throw unknownTenant(this.provider, tenant);
        }
        this.#known.set(tenant, found);
        return found;
      },
      (error: unknown) => {
        if (this.#flights.get(tenant) === flight) this.#flights.delete(tenant);
        throw error;
      },
    );
    this.#flights.set(tenant, flight);
    return flight;
  }

  /** Tenant from a result of `tenants`; `undefined` for an unknown tenant. Unchanged options keep the client. */
  #knownTenantOf(
    tenant: string,
    layer: unknown,
    known: KnownTenant | undefined,
    resolved: Instant,
  ): KnownTenant | undefined {
    // `false` is the result of `row && { … }` for an unknown tenant.
    if (layer === undefined || layer === null || layer === false) return undefined;
    const problems = layerProblems(this.#config, layer);
    const config = problems.length === 0 ? tenantConfigOf(this.#config, asObject(layer)) : undefined;
    if (config !== undefined && known !== undefined && isDeepStrictEqual(config, known.client.config)) {
      return { ...known, resolved, insertions: this.#known.insertions };
    }
    validateTenant(this.provider, tenant, config, problems);
    const discovery = this.#discoveryOf(config);
    const isSameKey = isDeepStrictEqual(config.dpop, known?.client.config.dpop);
    const client = new ProviderClient(this.provider, config, this.#deps, {
      tenant,
      carriedOver: {
        dpop: isSameKey ? known?.client.carriedOver.dpop : undefined,
        locate: discovery === undefined ? undefined : this.#locators.get(discovery),
      },
    });
    if (discovery !== undefined) this.#locators.set(discovery, client.carriedOver.locate);
    return { tenant, client, resolved, insertions: this.#known.insertions };
  }

  /** Key of the server locator that a tenant can share; `undefined` if the tenant needs a locator of its own. */
  #discoveryOf(config: ProviderConfig): string | undefined {
    const { issuer, tokenRequest } = this.#config;
    if (config.tokenUrl !== undefined || issuer === undefined || config.issuer !== issuer) return undefined;
    const method = authenticationMethodOf(config);
    const isSame = config.tokenRequest?.axios === tokenRequest?.axios && typeof method !== 'function';
    return isSame ? (method ?? 'grant') : undefined;
  }

  /** Whether callers that resolved the tenant have not yet asked for a token. */
  #isAwaited({ client, insertions }: KnownTenant): boolean {
    return !client.isUsed && this.#known.insertions - insertions <= MAX_AWAITED;
  }

  #isUnknown(tenant: string): boolean {
    const since = this.#unknown.get(tenant);
    return since !== undefined && elapsedMs(since, this.#deps.clock.instant()) < UNKNOWN_MS;
  }
}
