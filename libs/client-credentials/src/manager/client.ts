import type { Clock } from '../base/clock.js';
import type { EventHub } from '../base/events.js';
import type { Shutdown } from '../base/shutdown.js';
import { tell, type ClientContext } from '../cache/client-context.js';
import { ClientEntries, type EntryMemory } from '../cache/client-entries.js';
import type { ProviderEntries } from '../cache/entry-source.js';
import type { TokenEntry } from '../cache/token-entry.js';
import type { ProviderConfig } from '../config/options.js';
import { resolveProvider, type Provider } from '../config/resolve.js';
import type { TokenRequest } from '../config/token-request.js';
import { OAuthClient, type CarriedOver } from '../oauth/oauth-client.js';
import type { StoreCircuit, StoreOperation } from '../store/circuit-breaker.js';
import { IssuanceBudget } from '../store/issuance-budget.js';
import type { StoredTokenDeps } from '../store/stored-token.js';
import type { AttachmentRules } from '../token/attachment.js';
import { budgetKeyOf, forgottenKeyOf, storeKeyOf, tokenKeyOf } from '../token/token-key.js';
import { AccessTokenFactory } from './access-token-factory.js';
import { apiRulesOf } from './attachment.js';

/** What the clients of one provider share. */
export interface ClientDeps {
  readonly clock: Clock;
  readonly guard: StoreCircuit;
  readonly events: EventHub;
  readonly entries: EntryMemory;
  /** Tells the operator something, once for each topic. */
  readonly warnOnce: (topic: string, message: string) => void;
  readonly closing: Shutdown;
}

/** What sets a tenant's client apart. */
export interface TenantOptions {
  readonly tenant: string;
  readonly carriedOver: CarriedOver;
}

/** One client of a provider, the only one or that of a tenant: its configuration, its entries, and how its tokens are acquired and attached. */
export class ProviderClient implements ProviderEntries {
  readonly config: ProviderConfig;
  readonly rules: AttachmentRules;
  readonly #provider: Provider;
  readonly #shared: ClientDeps;
  readonly #acquirer: OAuthClient;
  readonly #accessTokens: AccessTokenFactory;
  readonly #entries: ClientEntries;

  constructor(name: string, config: ProviderConfig, shared: ClientDeps, terms?: TenantOptions) {
    this.config = config;
    this.#provider = resolveProvider(name, config, terms?.tenant);
    this.#shared = shared;
    const acquirer = new OAuthClient(this.#provider, shared.clock, terms?.carriedOver);
    const accessTokens = new AccessTokenFactory(this.#provider, (issued) => acquirer.agentOf(issued));
    this.#acquirer = acquirer;
    this.#accessTokens = accessTokens;
    this.rules = apiRulesOf(this.#provider, shared.warnOnce, {
      proofSigner: acquirer.proofSigner,
      agentOf: (token) => accessTokens.agentOf(token),
    });
    this.#entries = new ClientEntries(settingsOf(config), this.#clientContext(), shared.entries);
  }

  get provider(): string {
    return this.#provider.name;
  }

  get tenant(): string | undefined {
    return this.#provider.tenant;
  }

  /** Whether it was ever asked for a token. */
  get isUsed(): boolean {
    return this.#entries.isUsed;
  }

  /** Whether a token is being acquired. */
  get isBusy(): boolean {
    for (const entry of this.#entries.all()) if (entry.isBusy) return true;
    return false;
  }

  /** What a client that takes this one's place goes on with. */
  get carriedOver(): CarriedOver {
    return this.#acquirer.carriedOver;
  }

  entryOf(request: TokenRequest): TokenEntry {
    return this.#entries.of(request);
  }

  knownEntryOf(request: TokenRequest): TokenEntry | undefined {
    return this.#entries.known(request);
  }

  all(): Iterable<TokenEntry> {
    return this.#entries.all();
  }

  /** Forgets every entry: what asks from now on begins anew. The answer is what there was. */
  forgetAll(): TokenEntry[] {
    return this.#entries.forgetAll();
  }

  #clientContext(): ClientContext {
    const { clock, events, warnOnce, closing } = this.#shared;
    return {
      provider: this.provider,
      tenant: this.tenant,
      lifetime: this.config.lifetime ?? {},
      cooldownMs: this.#provider.cooldownMs,
      lockMs: this.#provider.lockMs,
      budget: this.#budget(),
      clock,
      random: Math.random,
      events,
      grant: this.#acquirer,
      stored: this.#shelfTerms(),
      toAccessToken: (issued) => this.#accessTokens.create(issued),
      warnOnce,
      shutdown: closing,
      latest: undefined,
    };
  }

  #shelfTerms(): StoredTokenDeps {
    const { clock, guard, warnOnce } = this.#shared;
    const { provider, tenant } = this;
    const { identity } = this.#provider;
    const { clientSecret } = this.config;
    const staticSecret = typeof clientSecret === 'function' ? undefined : clientSecret;
    return {
      guard,
      clock,
      keyOf: (request, boundTo) => storeKeyOf(tokenKeyOf(identity, request), staticSecret, boundTo),
      forgottenKey: tenant === undefined ? undefined : forgottenKeyOf(provider, tenant),
      onOutage: (operation, { scopes }) => this.#tellOutage(operation, scopes),
      onUnreadable: () =>
        warnOnce(
          'unreadable',
          `The store holds something else than a token for "${provider}": it is damaged, or from another version. It counts as absent.`,
        ),
    };
  }

  #budget(): IssuanceBudget | undefined {
    const { issuance } = this.config;
    if (issuance === undefined) return undefined;
    const { guard, clock } = this.#shared;
    const key = budgetKeyOf(this.#provider.identity);
    const onOutage = (operation: StoreOperation): void => this.#tellOutage(operation, []);
    return new IssuanceBudget(this.provider, issuance, { key, guard, clock, onOutage });
  }

  #tellOutage(operation: StoreOperation, scopes: readonly string[]): void {
    const { clock, events } = this.#shared;
    const { provider, tenant } = this;
    tell({ provider, tenant, clock, events }, scopes, { type: 'store.unavailable', operation });
  }
}

/** What a configuration asks for where a request does not say. */
function settingsOf({ scope, audience, resource, parameters }: ProviderConfig): TokenRequest {
  return {
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
    ...(resource !== undefined && { resource }),
    ...(typeof parameters === 'object' && { parameters }),
  };
}
