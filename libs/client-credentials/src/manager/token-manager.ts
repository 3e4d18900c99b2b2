import { AcquisitionHub, OBSERVE_ACQUISITIONS, type AcquisitionObserver } from '../base/acquisitions.js';
import { instantClockOf, type InstantClock } from '../base/clock.js';
import { invalidConfiguration, unknownProvider } from '../base/errors.js';
import { EventHub, type TokenEventListener } from '../base/events.js';
import type { AnyProviderConfig, ClientCredentialsOptions } from '../config/options.js';
import { inspectAs } from '../base/inspect.js';
import { RefusedTokens } from '../token/refused-tokens.js';
import type { SnapshotRow } from '../token/snapshot.js';
import { StoreCircuit } from '../store/circuit-breaker.js';
import type { TokenSource } from '../token/token-source.js';
import type { TokenStore } from '../config/token-store.js';
import { validateOptions, validateProvider } from '../config/validate.js';
import type { EntryMemory } from '../cache/client-entries.js';
import { BusyAwareLru } from '../cache/lru.js';
import { IssuanceWindows } from '../store/issuance-windows.js';
import { registerProvider, type RegisteredProvider } from './register.js';

// Default without a store's `maxEntries`: enough for thousands of tenants, at about 1 kB per entry.
const MAX_ENTRIES = 10_000;

/**
 * The providers of an application and their tokens. The Nest module creates the manager; elsewhere create one yourself.
 *
 * @example
 * ```ts
 * const tokens = new TokenManager({ providers: { signeasy: signeasy({ clientId, clientSecret }) } });
 * authorizeAxios(api, tokens.source('signeasy'));
 * // when the application ends
 * await tokens.close();
 * ```
 */
export class TokenManager {
  static {
    inspectAs(TokenManager, ({ providers }) => `TokenManager { ${providers.join(', ')} }`);
  }

  /** Resolves after the warm-up, successful or not; at once without a warm-up. */
  readonly warmedUp: Promise<void>;
  readonly #clock: InstantClock;
  readonly #store: TokenStore | undefined;
  readonly #circuit: StoreCircuit | undefined;
  readonly #warn: (message: string) => void;
  readonly #events = new EventHub();
  readonly #acquisitions = new AcquisitionHub();
  readonly #memory: EntryMemory;
  readonly #issuance = new IssuanceWindows();
  #isClosed = false;
  readonly #providers = new Map<string, RegisteredProvider>();

  /**
   * @param options - the providers and their shared options
   * @param warn - called with warnings that no event reports; by default `process.emitWarning`
   * @throws `ClientCredentialsError` `invalid_configuration`, whose message lists every problem
   */
  constructor(options: ClientCredentialsOptions, warn: (message: string) => void = emitWarning) {
    validateOptions(options);
    this.#clock = instantClockOf(options.clock);
    this.#store = options.store;
    this.#circuit = options.store && new StoreCircuit(options.store);
    this.#memory = new BusyAwareLru({
      max: options.store?.maxEntries ?? MAX_ENTRIES,
      isBusy: (_, entry) => entry.isBusy,
      onEvicted: (entries, entry) => entries.forget(entry),
    });
    this.#warn = warn;
    for (const [name, config] of Object.entries(options.providers)) this.#register(name, config);
    this.warmedUp = this.warmUp(options.warmUp ?? false);
  }

  /** Names of all registered providers, used or not. */
  get providers(): string[] {
    return [...this.#providers.keys()];
  }

  /** Whether {@link close} was called. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Returns the token source of a provider.
   *
   * @throws `ClientCredentialsError` `unknown_provider`, whose message lists the known names
   */
  source(name: string): TokenSource {
    const known = this.#providers.get(name);
    if (known === undefined) throw unknownProvider(name, this.#providers.keys());
    return known.source;
  }

  /**
   * Adds a provider and returns its token source. Adding the same configuration object again is no error.
   *
   * @throws `ClientCredentialsError` `invalid_configuration` if the options are wrong, or the name has other options
   */
  add(name: string, config: AnyProviderConfig): TokenSource {
    const known = this.#providers.get(name);
    if (known?.config === config) return known.source;
    if (known !== undefined) {
      throw invalidConfiguration(
        [
          `providers.${name}: is already registered with other options: use another name, or remove one of the two`,
        ],
        name,
      );
    }
    validateProvider(name, config);
    return this.#register(name, config);
  }

  /**
   * Acquires tokens before their first use. A failed token request is reported as a warning and not thrown.
   *
   * @param names - names of providers; `true` for every provider without tenants
   * @throws `ClientCredentialsError` `unknown_provider` for an unknown name
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

  /** Calls the listener for every later event. Returns a function that removes the listener. */
  onEvent(listener: TokenEventListener): () => void {
    return this.#events.subscribe(listener);
  }

  /**
   * Tells an observer of every later acquisition. Returns a function that removes the observer.
   *
   * @internal
   */
  [OBSERVE_ACQUISITIONS](observer: AcquisitionObserver): () => void {
    return this.#acquisitions.observe(observer);
  }

  /** Returns one row per cached token. No row contains a secret or a token. */
  snapshot(): SnapshotRow[] {
    return [...this.#memory.entries()].map(([entry]) => entry.snapshot());
  }

  /**
   * Drops the options and tokens of a tenant, for every provider, such as after its credentials were replaced.
   *
   * The next call calls `tenants` again. Stored tokens of the tenant that were requested before are no longer used by
   * any process. Another process keeps its cached options and tokens, until `forgetTenant` is called there too.
   */
  async forgetTenant(tenant: string): Promise<void> {
    const directories = [...this.#providers.values()].flatMap(({ tenants }) => tenants ?? []);
    await Promise.all(directories.map((tenants) => tenants.forget(tenant)));
  }

  /** Closes the manager and the store. Waiting callers and later callers get the error `closed`. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { close } of this.#providers.values()) close();
    await this.warmedUp;
    await this.#circuit?.drain();
    await this.#store?.close?.();
  }

  #register(name: string, config: AnyProviderConfig): TokenSource {
    const registered = registerProvider(name, config, {
      clock: this.#clock,
      circuit: this.#circuit,
      events: this.#events,
      acquisitions: this.#acquisitions,
      memory: this.#memory,
      issuance: this.#issuance,
      refusedTokens: new RefusedTokens(),
      warn: this.#warn,
    });
    if (this.#isClosed) registered.close();
    this.#providers.set(name, registered);
    return registered.source;
  }

  #withoutTenants(): string[] {
    return this.providers.filter((name) => this.#providers.get(name)?.tenants === undefined);
  }
}

function emitWarning(message: string): void {
  process.emitWarning(message, 'ClientCredentialsWarning');
}
