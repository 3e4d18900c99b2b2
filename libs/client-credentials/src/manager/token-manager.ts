import { instantClockOf, type InstantClock } from '../base/clock.js';
import { invalidConfiguration, unknownProvider } from '../base/errors.js';
import { EventHub, type TokenEventListener } from '../base/events.js';
import type { ClientCredentialsOptions, ProviderConfig, TenantProviderConfig } from '../config/options.js';
import { inspectAs } from '../base/inspect.js';
import type { SnapshotRow } from '../token/snapshot.js';
import { StoreCircuit } from '../store/circuit-breaker.js';
import type { TokenSource } from '../token/token-source.js';
import type { TokenStore } from '../config/token-store.js';
import { validateOptions, validateProvider } from '../config/validate.js';
import type { EntryMemory } from '../cache/client-entries.js';
import { BusyAwareLru } from '../cache/lru.js';
import { registerProvider, type RegisteredProvider } from './register.js';

// For a store that does not say how many it keeps. Beyond that the entry that was used longest ago is forgotten.
const MAX_ENTRIES = 10_000;

/**
 * Holds the providers and their tokens: one for an application. Nest's module makes it; elsewhere you do.
 *
 * @example
 * ```ts
 * const tokens = new TokenManager({ providers: { signeasy: signeasy({ clientId, clientSecret }) } });
 * authorizeAxios(api, tokens.source('signeasy'));
 * // at the end
 * await tokens.close();
 * ```
 */
export class TokenManager {
  static {
    inspectAs(TokenManager, ({ names }) => `TokenManager { ${names.join(', ')} }`);
  }

  /** Settled when the warm-up is over, well or not; at once when there is none. */
  readonly warmedUp: Promise<void>;
  readonly #clock: InstantClock;
  readonly #store: TokenStore | undefined;
  readonly #circuit: StoreCircuit | undefined;
  readonly #warn: (message: string) => void;
  readonly #events = new EventHub();
  readonly #memory: EntryMemory;
  #isClosed = false;
  readonly #providers = new Map<string, RegisteredProvider>();

  /**
   * @param options - the providers and what they share
   * @param warn - where a warning goes that no event stands for; the default is a process warning
   * @throws `ClientCredentialsError` `invalid_configuration` that lists every problem
   */
  constructor(options: ClientCredentialsOptions, warn: (message: string) => void = emitWarning) {
    validateOptions(options);
    this.#clock = instantClockOf(options.clock);
    this.#store = options.store;
    this.#circuit = options.store && new StoreCircuit(options.store);
    this.#memory = new BusyAwareLru({
      max: options.store?.maxEntries ?? MAX_ENTRIES,
      isBusy: (_, entry) => entry.isBusy,
      onForgotten: (entries, entry) => entries.forget(entry),
    });
    this.#warn = warn;
    for (const [name, config] of Object.entries(options.providers)) this.#register(name, config);
    this.warmedUp = this.warmUp(options.warmUp ?? false);
  }

  /** The names of the providers. */
  get names(): string[] {
    return [...this.#providers.keys()];
  }

  /**
   * The source of a provider's tokens.
   *
   * @throws `ClientCredentialsError` `unknown_provider`, which lists the known ones
   */
  source(name: string): TokenSource {
    const known = this.#providers.get(name);
    if (known === undefined) throw unknownProvider(name, this.#providers.keys());
    return known.source;
  }

  /**
   * Adds a provider. The same configuration twice is no error.
   *
   * @throws `ClientCredentialsError` `invalid_configuration` if it is wrong, or if another one has its name
   */
  add(name: string, config: ProviderConfig | TenantProviderConfig): TokenSource {
    const known = this.#providers.get(name);
    if (known?.config === config) return known.source;
    if (known !== undefined) {
      throw invalidConfiguration([`providers.${name}: is registered already with other options`], name);
    }
    validateProvider(name, config);
    return this.#register(name, config);
  }

  /**
   * Acquires tokens before they are needed. A failure is reported, never thrown.
   *
   * @param names - those of the providers, or `true` for all but those with tenants, whose tokens are each tenant's own
   * @throws `ClientCredentialsError` `unknown_provider` for a name that nobody registered
   */
  async warmUp(names: boolean | readonly string[] = true): Promise<void> {
    const wanted = typeof names === 'boolean' ? (names ? this.#withoutTenants() : []) : names;
    const sources = wanted.map((name) => this.source(name));
    await Promise.all(
      sources.map(async (source) => {
        try {
          await source.getToken();
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          if (!this.#isClosed) {
            this.#warn(`No token for "${source.provider}" at start-up: ${reason}`);
          }
        }
      }),
    );
  }

  /** Calls the listener for every event from now on. The answer ends that. */
  onEvent(listener: TokenEventListener): () => void {
    return this.#events.subscribe(listener);
  }

  /** How every token stands: one row for each. No row holds a secret or a token. */
  snapshot(): SnapshotRow[] {
    return [...this.#memory.entries()].map(([entry]) => entry.snapshot());
  }

  /**
   * Forgets a tenant of every provider: its options, its tokens here, and what of them was put into the store from here. For a customer who leaves,
   * or whose credentials were replaced; the next call asks `tenants` again. Other processes forget by themselves, or are told likewise.
   */
  async forgetTenant(tenant: string): Promise<void> {
    const directories = [...this.#providers.values()].flatMap(({ tenants }) => tenants ?? []);
    await Promise.all(directories.map((tenants) => tenants.forget(tenant)));
  }

  /** Ends every acquisition. Who waits for one, or asks from now on, gets the error `closed`. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { close } of this.#providers.values()) close();
    await this.warmedUp;
    await this.#circuit?.drain();
    await this.#store?.close?.();
  }

  #register(name: string, config: ProviderConfig | TenantProviderConfig): TokenSource {
    const registered = registerProvider(name, config, {
      clock: this.#clock,
      circuit: this.#circuit,
      events: this.#events,
      memory: this.#memory,
      warn: this.#warn,
    });
    if (this.#isClosed) registered.close();
    this.#providers.set(name, registered);
    return registered.source;
  }

  #withoutTenants(): string[] {
    return this.names.filter((name) => this.#providers.get(name)?.tenants === undefined);
  }
}

function emitWarning(message: string): void {
  process.emitWarning(message, 'ClientCredentialsWarning');
}
