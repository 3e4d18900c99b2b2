import type { AcquisitionHub } from '../base/acquisitions.js';
import type { InstantClock } from '../base/clock.js';
import { emitEvent, type EventHub, type StoreOperation } from '../base/events.js';
import type { Shutdown } from '../base/shutdown.js';
import type { ClientContext } from '../cache/client-context.js';
import { ClientEntries, type EntryMemory } from '../cache/client-entries.js';
import { DisplacedTokens } from '../cache/displaced-tokens.js';
import type { TokenEntry } from '../cache/token-entry.js';
import type { ProviderConfig } from '../config/options.js';
import { resolveProvider, type Provider } from '../config/resolve.js';
import type { TokenRequest } from '../config/token-request.js';
import { OAuthClient, type CarriedOver } from '../oauth/oauth-client.js';
import type { StoreCircuit } from '../store/circuit-breaker.js';
import { IssuanceBudget } from '../store/issuance-budget.js';
import type { IssuanceWindows } from '../store/issuance-windows.js';
import type { StoredTokenDeps } from '../store/stored-token.js';
import type { AttachmentRules } from '../token/attachment.js';
import { RecentTokens } from '../token/recent-tokens.js';
import type { RefusedTokens } from '../token/refused-tokens.js';
import {
  budgetKeyOf,
  forgottenKeyOf,
  storeKeyOf,
  tokenKeyOf,
  type ResolvedRequest,
} from '../token/token-key.js';
import { AccessTokenFactory } from './access-token-factory.js';
import { attachmentRulesOf } from './attachment.js';

/** Collaborators that the clients of one provider share. */
export interface ClientDeps {
  readonly clock: InstantClock;
  /** Circuit breaker of the configured store; `undefined` without a store. */
  readonly circuit: StoreCircuit | undefined;
  readonly events: EventHub;
  readonly acquisitions: AcquisitionHub;
  readonly memory: EntryMemory;
  /** Counts of token requests, which outlive a tenant's client. */
  readonly issuance: IssuanceWindows;
  /** Refused tokens of the provider, which outlive entries and clients. */
  readonly refusedTokens: RefusedTokens;
  /** Warns the operator, once per topic. */
  readonly warnOnce: (topic: string, message: string) => void;
  readonly shutdown: Shutdown;
}

/** Options of a tenant's client. */
export interface TenantOptions {
  readonly tenant: string;
  readonly carriedOver: CarriedOver;
}

/** The client of a provider or of a tenant: configuration, entries, grant and attachment rules. */
export class ProviderClient {
  readonly config: ProviderConfig;
  readonly rules: AttachmentRules;
  readonly #provider: Provider;
  readonly #deps: ClientDeps;
  readonly #oauthClient: OAuthClient;
  readonly #accessTokens: AccessTokenFactory;
  readonly entries: ClientEntries;

  constructor(name: string, config: ProviderConfig, deps: ClientDeps, tenant?: TenantOptions) {
    this.config = config;
    this.#provider = resolveProvider(name, config, tenant?.tenant);
    this.#deps = deps;
    const oauthClient = new OAuthClient(this.#provider, deps.clock, tenant?.carriedOver);
    const accessTokens = new AccessTokenFactory(this.#provider, (issued) => oauthClient.agentOf(issued));
    this.#oauthClient = oauthClient;
    this.#accessTokens = accessTokens;
    this.rules = attachmentRulesOf(this.#provider, deps.warnOnce, {
      proofSigner: oauthClient.proofSigner,
      agentOf: (token) => accessTokens.agentOf(token),
    });
    this.entries = new ClientEntries(defaultRequestOf(config), this.#clientContext(), deps.memory);
  }

  get provider(): string {
    return this.#provider.name;
  }

  get tenant(): string | undefined {
    return this.#provider.tenant;
  }

  /** Whether a caller ever asked for a token. */
  get isUsed(): boolean {
    return this.entries.isUsed;
  }

  /** Whether a refresh is in progress. */
  get isBusy(): boolean {
    for (const entry of this.entries.entries()) if (entry.isBusy) return true;
    return false;
  }

  /** Parts that a client which replaces this client takes over. */
  get carriedOver(): CarriedOver {
    return this.#oauthClient.carriedOver;
  }

  /**
   * Takes over the tokens of the replaced client that have the same identity.
   *
   * Tokens thus survive if `tenants` returns equal credentials and other functions. A token bound to a certificate is
   * not taken over, because it needs the agent of the replaced client.
   */
  takeOver(previous: ProviderClient): void {
    if (this.config.certificate !== undefined) return;
    for (const { issued } of previous.entries.entries()) {
      if (issued === undefined || this.#identityOf(issued.request) !== previous.#identityOf(issued.request))
        continue;
      this.entries.entryForResolved(issued.request).takeOver(issued.token);
    }
  }

  /** Removes every entry and returns the removed ones. */
  forgetAll(): TokenEntry[] {
    return this.entries.forgetAll();
  }

  #clientContext(): ClientContext {
    const { clock, events, acquisitions, warnOnce, shutdown, refusedTokens } = this.#deps;
    return {
      provider: this.provider,
      tenant: this.tenant,
      url: this.config.tokenUrl ?? this.config.issuer,
      lifetime: this.config.lifetime ?? {},
      timeoutMs: this.#provider.timeoutMs,
      cooldownMs: this.#provider.cooldownMs,
      lockMs: this.#provider.lockMs,
      budget: this.#budget(),
      clock,
      random: Math.random,
      events,
      acquisitions,
      grant: this.#oauthClient,
      storedTokens: this.#storedTokens(),
      accessTokens: this.#accessTokens,
      warnOnce,
      shutdown,
      displacedTokens: new DisplacedTokens(),
      recentTokens: new RecentTokens(),
      refusedTokens,
    };
  }

  #storedTokens(): StoredTokenDeps | undefined {
    const { clock, circuit, warnOnce } = this.#deps;
    if (circuit === undefined) return undefined;
    const { provider, tenant } = this;
    return {
      circuit,
      clock,
      identity: this.#provider.identity,
      staticSecret: this.#staticSecret,
      forgottenKey: tenant === undefined ? undefined : forgottenKeyOf(provider, tenant),
      onOutage: (operation, { scopes }) => this.#reportOutage(operation, scopes),
      onUnreadable: () =>
        warnOnce(
          'unreadable',
          `The store's value for a token of "${provider}" is damaged or from another version of the library, and counts as missing. Delete the value if the warning comes back.`,
        ),
    };
  }

  /** Everything that identifies a token: the same where another client would get the same token. */
  #identityOf(request: ResolvedRequest): string {
    return storeKeyOf(tokenKeyOf(this.#provider.identity, request), this.#staticSecret);
  }

  get #staticSecret(): unknown {
    const { clientSecret } = this.config;
    return typeof clientSecret === 'function' ? undefined : clientSecret;
  }

  #budget(): IssuanceBudget | undefined {
    const { issuance } = this.config;
    if (issuance === undefined) return undefined;
    const { circuit, clock, issuance: windows } = this.#deps;
    const key = budgetKeyOf(this.#provider.identity);
    const onOutage = (operation: StoreOperation): void => this.#reportOutage(operation, []);
    return new IssuanceBudget(this.provider, issuance, { key, circuit, windows, clock, onOutage });
  }

  #reportOutage(operation: StoreOperation, scopes: readonly string[]): void {
    const { clock, events } = this.#deps;
    const { provider, tenant } = this;
    emitEvent({ provider, tenant, clock, events }, scopes, { type: 'store.unavailable', operation });
  }
}

/** Token request with the configured defaults. */
function defaultRequestOf({ scope, audience, resource, parameters }: ProviderConfig): TokenRequest {
  return {
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
    ...(resource !== undefined && { resource }),
    ...(typeof parameters === 'object' && { parameters }),
  };
}
