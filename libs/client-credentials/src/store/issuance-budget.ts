import { elapsedMs, type InstantClock, type Instant } from '../base/clock.js';
import { issuanceLimitReached } from '../base/errors.js';
import type { StoreOperation } from '../base/events.js';
import type { StoreCircuit } from './circuit-breaker.js';
import type { TokenStore } from '../config/token-store.js';

/** Limit of token requests within a window. */
export interface IssuanceOptions {
  readonly limit: number;
  readonly windowSeconds: number;
}

/** Collaborators of an {@link IssuanceBudget}. */
export interface IssuanceDeps {
  /** Store key of the client's counter. */
  readonly key: string;
  /** Store with the shared counter; `undefined` if each process counts its own requests. */
  readonly circuit: StoreCircuit | undefined;
  readonly clock: InstantClock;
  readonly onOutage: (operation: StoreOperation) => void;
}

const NEAR_LIMIT_SHARE = 0.8;

/**
 * The budget of one client's token requests.
 *
 * Processes that share a store share the count. During an outage, each process counts its own requests.
 */
export class IssuanceBudget {
  readonly #options: IssuanceOptions;
  readonly #provider: string;
  readonly #key: string;
  readonly #circuit: StoreCircuit | undefined;
  readonly #clock: InstantClock;
  readonly #runOptions: Pick<IssuanceDeps, 'onOutage'>;
  /** Requests of this process in the current window. */
  #own: { since: Instant; count: number } | undefined;

  constructor(provider: string, options: IssuanceOptions, { key, circuit, clock, onOutage }: IssuanceDeps) {
    this.#options = options;
    this.#provider = provider;
    this.#key = key;
    this.#circuit = circuit;
    this.#clock = clock;
    this.#runOptions = { onOutage };
  }

  /**
   * Takes one request from the budget.
   *
   * @param onNearLimit - called for the request that reaches 80 % of the limit
   * @throws `ClientCredentialsError` `issuance_limit_reached`; its `retryAt` is the end of the window
   */
  async spend(onNearLimit: (options: IssuanceOptions) => void): Promise<void> {
    const { limit } = this.#options;
    const own = this.#countOwn();
    const shared = await this.#countShared();
    const count = shared ?? own;
    if (count === Math.ceil(limit * NEAR_LIMIT_SHARE)) onNearLimit(this.#options);
    if (count <= limit) return;
    throw issuanceLimitReached(this.#provider, this.#options, await this.#windowEnd(shared !== undefined));
  }

  #countOwn(): number {
    const now = this.#clock.instant();
    if (this.#own === undefined || elapsedMs(this.#own.since, now) >= this.#windowMs) {
      this.#own = { since: now, count: 0 };
    }
    this.#own.count += 1;
    return this.#own.count;
  }

  /** Shared count after this request. The first request of a window stores the start of the window. */
  async #countShared(): Promise<number | undefined> {
    if (this.#circuit?.supports('increment') !== true) return undefined;
    const count = async (store: TokenStore): Promise<number | undefined> =>
      store.increment?.(this.#key, this.#windowMs);
    const outcome = await this.#circuit.run('increment', count, this.#runOptions);
    if (!outcome.isDone) return undefined;
    if (outcome.value === 1) {
      const openedAt = String(this.#clock.now());
      await this.#circuit.run(
        'set',
        (store) => store.set(this.#openedKey, openedAt, this.#windowMs),
        this.#runOptions,
      );
    }
    return outcome.value;
  }

  async #windowEnd(isShared: boolean): Promise<number> {
    const now = this.#clock.now();
    const opened = isShared
      ? await this.#circuit?.run('get', (store) => store.get(this.#openedKey), this.#runOptions)
      : undefined;
    const openedAt = Number(opened?.isDone === true ? opened.value : Number.NaN);
    const windowStart = Number.isFinite(openedAt) ? openedAt : isShared ? now : (this.#own?.since.at ?? now);
    // Kept between now and one window from now, because another machine's clock may be wrong.
    return Math.min(Math.max(windowStart + this.#windowMs, now + 1), now + this.#windowMs);
  }

  get #openedKey(): string {
    return `${this.#key}.opened`;
  }

  get #windowMs(): number {
    return this.#options.windowSeconds * 1000;
  }
}
