import { isDeepStrictEqual } from 'node:util';
import { Deadline } from '../../base/abort.js';
import { elapsedMs, type Instant } from '../../base/clock.js';
import { asObject, isObject, plainCopyOf } from '../../base/objects.js';
import { runWithTenant } from '../../base/tenant-context.js';
import { emitEvent } from '../../cache/client-context.js';
import { BusyAwareLru } from '../../cache/lru.js';
import { authenticationMethodOf } from '../../config/authentication-method.js';
import type { ProviderConfig, TenantProviderConfig } from '../../config/options.js';
import { resolveProvider } from '../../config/resolve.js';
import { validateTenant } from '../../config/validate.js';
import type { CarriedOver } from '../../oauth/oauth-client.js';
import { forgottenKeyOf } from '../../token/token-key.js';
import { ProviderClient, type ClientDeps } from '../client.js';
import { layerProblems, tenantConfigOf } from './config.js';
import { resolverTimedOut, tenantUnavailable, unknownTenant } from './errors.js';

const DEFAULT_MAX = 10_000;
const DEFAULT_TTL_SECONDS = 300;
const DEFAULT_TIMEOUT_MS = 10_000;
// They do so at once, unless they have all given up.
const AWAITED_MS = 10_000;

/** A tenant that was asked for, and its client. */
export interface KnownTenant {
  readonly tenant: string;
  readonly client: ProviderClient;
  /** When `tenants` said so. */
  readonly resolved: Instant;
}

/** Who the tenants of a provider are, as far as its `tenants` has told. Nothing of one tenant is ever another's. */
export class TenantDirectory {
  readonly provider: string;
  readonly #config: TenantProviderConfig;
  readonly #deps: ClientDeps;
  readonly #known: BusyAwareLru<string, KnownTenant>;
  readonly #flights = new Map<string, Promise<KnownTenant>>();
  /** Where the server was found, by how clients prove who they are. */
  readonly #locators = new Map<string, CarriedOver['locate']>();
  readonly #ttlMs: number;
  readonly #longestLifetimeMs: number;

  constructor(provider: string, config: TenantProviderConfig, deps: ClientDeps) {
    this.provider = provider;
    this.#config = config;
    this.#deps = deps;
    const { max = DEFAULT_MAX, ttlSeconds = DEFAULT_TTL_SECONDS } = config.tenantCache ?? {};
    this.#ttlMs = ttlSeconds * 1000;
    this.#longestLifetimeMs = resolveProvider(provider, { clientId: '', ...config }).maxLifetimeMs;
    this.#known = new BusyAwareLru({
      max,
      isBusy: (known) => known.client.isBusy || this.#isAwaited(known),
      onForgotten: ({ client }) => void client.forgetAll(),
    });
  }

  /** The tenant, at once if it is known well enough. */
  find(tenant: string): KnownTenant | Promise<KnownTenant> {
    const { reason } = this.#deps.shutdown;
    if (reason !== undefined) throw reason;
    return this.peek(tenant) ?? this.#flights.get(tenant) ?? this.#take(tenant, this.#known.get(tenant));
  }

  /** The tenant, if it is known well enough. */
  peek(tenant: string): KnownTenant | undefined {
    const known = this.#known.get(tenant);
    return known !== undefined && elapsedMs(known.resolved, this.#now()) < this.#ttlMs ? known : undefined;
  }

  *all(): Iterable<ProviderClient> {
    for (const [, { client }] of this.#known.entries()) yield client;
  }

  /**
   * Forgets a tenant, its tokens included: here, and in the store, where there may be some that nobody here knows of. So the moment is
   * put there too: no token that was asked for before is used any more, by whoever shares the store.
   */
  async forget(tenant: string): Promise<void> {
    const known = this.#known.get(tenant);
    this.#known.delete(tenant);
    this.#flights.delete(tenant);
    const entries = known?.client.forgetAll() ?? [];
    await Promise.all([this.#noteForgotten(tenant), ...entries.map((entry) => entry.forget())]);
  }

  async #noteForgotten(tenant: string): Promise<void> {
    const { clock, circuit, events } = this.#deps;
    const { provider } = this;
    const at = clock.now();
    const key = forgottenKeyOf(provider, tenant);
    await circuit?.run('set', (store) => store.set(key, String(at), this.#longestLifetimeMs), {
      onOutage: (operation) =>
        emitEvent({ provider, tenant, clock, events }, [], { type: 'store.unavailable', operation }),
    });
  }

  /** Asks who the tenant is, once for everybody who wants to know. */
  #take(tenant: string, known: KnownTenant | undefined): Promise<KnownTenant> {
    const resolved = this.#now();
    const flight: Promise<KnownTenant> = this.#ask(tenant).then(
      (layer) => {
        // It was forgotten meanwhile: what was true of it may not be so any more.
        if (this.#flights.get(tenant) !== flight) return this.find(tenant);
        this.#flights.delete(tenant);
        const found = this.#made(tenant, layer, known, resolved);
        if (known !== undefined && known.client !== found?.client) {
          found?.client.takeOver(known.client);
          known.client.forgetAll();
        }
        if (found === undefined) {
          this.#known.delete(tenant);
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

  /** What `tenants` answered, as a tenant; `undefined` if that is none. A client goes on where nothing has changed. */
  #made(
    tenant: string,
    layer: unknown,
    known: KnownTenant | undefined,
    resolved: Instant,
  ): KnownTenant | undefined {
    // `known && { … }` makes false of an unknown one.
    if (layer === undefined || layer === null || layer === false) return undefined;
    const problems = layerProblems(this.#config, layer);
    const config = problems.length === 0 ? tenantConfigOf(this.#config, asObject(layer)) : undefined;
    if (config !== undefined && known !== undefined && isDeepStrictEqual(config, known.client.config)) {
      return { ...known, resolved };
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
    return { tenant, client, resolved };
  }

  async #ask(tenant: string): Promise<unknown> {
    const { tenants, tokenRequest } = this.#config;
    const timeoutMs = tokenRequest?.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const { shutdown } = this.#deps;
    // A caller always waits for the resolver.
    const deadline = new Deadline(timeoutMs, {
      reason: () => resolverTimedOut(timeoutMs),
      keepsAlive: true,
    });
    try {
      const asked = runWithTenant(tenant, async () => {
        // Whoever asks for the same tenant in there must find that it is being asked for.
        await Promise.resolve();
        const answer: unknown = tenants(tenant);
        // At once, since one object may be filled in for each tenant.
        return plainCopyOf(isThenable(answer) ? await answer : answer);
      });
      return await shutdown.run(() => deadline.run(asked));
    } catch (error) {
      if (shutdown.reason !== undefined) throw shutdown.reason;
      throw tenantUnavailable(this.provider, tenant, error);
    } finally {
      deadline.clear();
    }
  }

  /** What says that tenants look for the same server in the same way: one look-up serves them all. */
  #discoveryOf(config: ProviderConfig): string | undefined {
    const { issuer, tokenRequest } = this.#config;
    if (config.tokenUrl !== undefined || issuer === undefined || config.issuer !== issuer) return undefined;
    const method = authenticationMethodOf(config);
    const isSame = config.tokenRequest?.axios === tokenRequest?.axios && typeof method === 'string';
    return isSame ? method : undefined;
  }

  /** Whether those who asked for the tenant are yet to ask for a token. */
  #isAwaited({ client, resolved }: KnownTenant): boolean {
    return !client.isUsed && elapsedMs(resolved, this.#now()) < AWAITED_MS;
  }

  #now(): Instant {
    return this.#deps.clock.instant();
  }
}

/** A promise of whichever kind: the query of a database library, for instance. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof value['then'] === 'function';
}
