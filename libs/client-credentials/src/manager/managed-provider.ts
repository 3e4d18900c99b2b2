import { setMaxListeners } from 'node:events';
import type { Agent } from 'node:https';
import { AccessToken } from '../core/access-token.js';
import type { ApiRules } from '../core/api-access.js';
import type { Clock } from '../core/clock.js';
import { closed } from '../core/errors.js';
import type { EventHub } from '../core/events.js';
import type { IssuedToken } from '../core/issued-token.js';
import type { ProviderConfig, TokenRequest } from '../core/options.js';
import { resolveProvider, type Provider } from '../core/provider.js';
import type { ClientContext } from '../core/client-context.js';
import { TokenEntry } from '../core/token-entry.js';
import { budgetKeyOf, resolveRequest, storeKeyOf, tokenKeyOf } from '../core/token-key.js';
import { IssuanceBudget } from '../core/issuance-budget.js';
import type { StoreGuard, StoreOperation } from '../core/store-guard.js';
import { TokenShelf } from '../core/token-shelf.js';
import { mergeRequests, type ProviderEntries } from '../core/token-source.js';
import { TokenAcquirer } from '../oauth/token-acquirer.js';
import type { EntryRegistry } from './entry-registry.js';

/** What the providers of one manager share. */
export interface Shared {
  readonly clock: Clock;
  readonly guard: StoreGuard;
  readonly events: EventHub;
  readonly entries: EntryRegistry;
  readonly warn: (message: string) => void;
}

/** One provider of a manager: its configuration, its entries, and how its tokens are acquired and attached. */
export class ManagedProvider implements ProviderEntries {
  readonly config: ProviderConfig;
  readonly rules: ApiRules;
  readonly #provider: Provider;
  readonly #shared: Shared;
  readonly #client: ClientContext;
  readonly #acquirer: TokenAcquirer;
  /** The connections that tokens of a client certificate can be used on. */
  readonly #agents = new WeakMap<AccessToken, Agent>();
  readonly #closing = new AbortController();
  /** Keys of requests that were seen before: those of a source are, on every call. */
  readonly #keys = new WeakMap<TokenRequest, string>();

  constructor(name: string, config: ProviderConfig, shared: Shared) {
    this.config = config;
    this.#provider = resolveProvider(name, config);
    this.#shared = shared;
    this.#acquirer = new TokenAcquirer(this.#provider, shared.clock);
    // One for each acquisition under way.
    setMaxListeners(Infinity, this.#closing.signal);
    this.rules = this.#apiRules();
    this.#client = this.#clientContext();
  }

  get provider(): string {
    return this.#provider.name;
  }

  /** Ends every acquisition; who waits for one, or asks from now on, gets the error `closed`. */
  close(): void {
    this.#closing.abort(closed(this.provider));
  }

  *all(): Iterable<TokenEntry> {
    for (const entry of this.#shared.entries.all()) if (entry.provider === this.provider) yield entry;
  }

  entryOf(request: TokenRequest): TokenEntry {
    let key = this.#keys.get(request);
    if (key === undefined) {
      key = tokenKeyOf(this.#provider.identity, resolveRequest(this.#defaults, request));
      this.#keys.set(request, key);
    }
    const known = key;
    return this.#shared.entries.entry(known, () => this.#newEntry(known, request));
  }

  get #defaults(): TokenRequest {
    const { scope, audience, resource, parameters } = this.config;
    return {
      ...(scope !== undefined && { scope }),
      ...(audience !== undefined && { audience }),
      ...(resource !== undefined && { resource }),
      ...(typeof parameters === 'object' && { parameters }),
    };
  }

  #newEntry(key: string, request: TokenRequest): TokenEntry {
    const { clock, guard } = this.#shared;
    const resolved = resolveRequest(this.#defaults, request);
    const { clientSecret } = this.config;
    const staticSecret = typeof clientSecret === 'function' ? undefined : clientSecret;
    const keyOf = (boundTo: string | undefined): string => storeKeyOf(key, staticSecret, boundTo);
    const shelf = new TokenShelf({
      guard,
      keyOf,
      clock,
      onOutage: (operation) => this.#tellOutage(operation, resolved.scopes),
      onUnreadable: () =>
        this.rules.warnOnce(
          'unreadable',
          `The store holds something else than a token for "${this.provider}": it is damaged, or from another version. It counts as absent.`,
        ),
    });
    return new TokenEntry(this.#client, resolved, shelf);
  }

  #tellOutage(operation: StoreOperation, scopes: readonly string[]): void {
    const { clock, events } = this.#shared;
    events.emit({ type: 'store.unavailable', operation, provider: this.provider, scopes, at: clock.now() });
  }

  #budget(): IssuanceBudget | undefined {
    const { issuance } = this.config;
    if (issuance === undefined) return undefined;
    const { guard, clock } = this.#shared;
    const key = budgetKeyOf(this.#provider.identity);
    const onOutage = (operation: StoreOperation): void => this.#tellOutage(operation, []);
    return new IssuanceBudget(this.provider, issuance, { key, guard, clock, onOutage });
  }

  #clientContext(): ClientContext {
    const { clock, events } = this.#shared;
    return {
      provider: this.provider,
      lifetime: this.config.lifetime ?? {},
      cooldownMs: this.#provider.cooldownMs,
      lockMs: this.#provider.lockMs,
      budget: this.#budget(),
      clock,
      random: Math.random,
      events,
      acquirer: this.#acquirer,
      toAccessToken: (issued) => this.#toAccessToken(issued),
      warnOnce: (topic, message) => this.rules.warnOnce(topic, message),
      closed: this.#closing.signal,
      latest: undefined,
    };
  }

  #toAccessToken(issued: IssuedToken): AccessToken {
    const { value, type, scopes, requested, lifetimeMs, apiBaseURL } = issued;
    const { format, ...dialect } = this.#provider.dialect.authorization;
    const scheme = type === 'DPoP' ? type : dialect.scheme;
    const authorization = format ? format(value) : scheme === '' ? value : `${scheme} ${value}`;
    const obtainedAt = requested.at;
    const token = new AccessToken({
      value,
      type,
      scopes,
      obtainedAt,
      expiresAt: obtainedAt + lifetimeMs,
      authorization,
      apiBaseURL,
    });
    const agent = this.#acquirer.agentOf(issued);
    if (agent !== undefined) this.#agents.set(token, agent);
    return token;
  }

  #apiRules(): ApiRules {
    const { config, dialect } = this.#provider;
    const { query, header } = dialect.authorization;
    const warned = new Set<string>();
    return {
      placement: query === undefined ? { header } : { query },
      headers: dialect.apiHeaders,
      allowedOrigins: config.allowedOrigins?.map((origin) => new URL(origin).origin),
      defaults: config.api ?? {},
      isBaseNamedByToken: dialect.response.apiBaseURL !== undefined,
      needsData: config.reacquire?.on !== undefined,
      prover: this.#acquirer.prover,
      agentOf: (token) => this.#agents.get(token),
      isRefusal: config.reacquire?.on ?? (({ status }): boolean => status === 401),
      requestFor: (call, wishes) => {
        const chosen = config.tokenFor?.(call());
        return chosen === undefined ? wishes : mergeRequests(chosen, wishes);
      },
      warnOnce: (topic, message) => {
        if (warned.has(topic)) return;
        warned.add(topic);
        this.#shared.warn(message);
      },
    };
  }
}
