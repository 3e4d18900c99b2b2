import { elapsedMs, type InstantClock, type Instant } from '../base/clock.js';
import { issuanceLimitReached } from '../base/errors.js';
import type { StoreOperation } from '../base/events.js';
import type { StoreCircuit } from './circuit-breaker.js';
import type { TokenStore } from '../config/token-store.js';

/** How many tokens may be asked for in what time. */
export interface IssuanceOptions {
  readonly limit: number;
  readonly windowSeconds: number;
}

/** Where the requests are counted. */
export interface IssuanceDeps {
  /** The client's, in the store. */
  readonly key: string;
  /** The store that counts for all who share it; `undefined`: this process counts for itself. */
  readonly circuit: StoreCircuit | undefined;
  readonly clock: InstantClock;
  readonly onOutage: (operation: StoreOperation) => void;
}

const NEAR_LIMIT_SHARE = 0.8;

/**
 * Counts the token requests of one client, together with all who share the store. While the store cannot tell, this
 * process counts for itself.
 */
export class IssuanceBudget {
  readonly #terms: IssuanceOptions;
  readonly #provider: string;
  readonly #key: string;
  readonly #circuit: StoreCircuit | undefined;
  readonly #clock: InstantClock;
  readonly #asking: Pick<IssuanceDeps, 'onOutage'>;
  /** What this process asked for. */
  #own: { since: Instant; count: number } | undefined;

  constructor(provider: string, terms: IssuanceOptions, { key, circuit, clock, onOutage }: IssuanceDeps) {
    this.#terms = terms;
    this.#provider = provider;
    this.#key = key;
    this.#circuit = circuit;
    this.#clock = clock;
    this.#asking = { onOutage };
  }

  /**
   * Takes one request from the budget. `onNearLimit` is called by whoever takes the one that makes it 80 %.
   *
   * @throws `ClientCredentialsError` `issuance_limit_reached`, with the time at which the next window may begin
   */
  async spend(onNearLimit: (terms: IssuanceOptions) => void): Promise<void> {
    const { limit } = this.#terms;
    const own = this.#countOwn();
    const shared = await this.#countShared();
    const count = shared ?? own;
    if (count === Math.ceil(limit * NEAR_LIMIT_SHARE)) onNearLimit(this.#terms);
    if (count <= limit) return;
    throw issuanceLimitReached(this.#provider, this.#terms, await this.#windowEnd(shared !== undefined));
  }

  #countOwn(): number {
    const now = this.#clock.instant();
    if (this.#own === undefined || elapsedMs(this.#own.since, now) >= this.#windowMs) {
      this.#own = { since: now, count: 0 };
    }
    this.#own.count += 1;
    return this.#own.count;
  }

  /** Whoever opens the window notes when that was: the counter does not tell. */
  async #countShared(): Promise<number | undefined> {
    if (this.#circuit?.supports('increment') !== true) return undefined;
    const count = async (store: TokenStore): Promise<number | undefined> =>
      store.increment?.(this.#key, this.#windowMs);
    const outcome = await this.#circuit.run('increment', count, this.#asking);
    if (!outcome.isDone) return undefined;
    if (outcome.value === 1) {
      const openedAt = String(this.#clock.now());
      await this.#circuit.run(
        'set',
        (store) => store.set(this.#openedKey, openedAt, this.#windowMs),
        this.#asking,
      );
    }
    return outcome.value;
  }

  async #windowEnd(isShared: boolean): Promise<number> {
    const now = this.#clock.now();
    const opened = isShared
      ? await this.#circuit?.run('get', (store) => store.get(this.#openedKey), this.#asking)
      : undefined;
    const openedAt = Number(opened?.isDone === true ? opened.value : Number.NaN);
    const known = Number.isFinite(openedAt) ? openedAt : isShared ? now : (this.#own?.since.at ?? now);
    // Not in the past, whatever another machine's clock says.
    return Math.min(Math.max(known + this.#windowMs, now + 1), now + this.#windowMs);
  }

  get #openedKey(): string {
    return `${this.#key}.opened`;
  }

  get #windowMs(): number {
    return this.#terms.windowSeconds * 1000;
  }
}
