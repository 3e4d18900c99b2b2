import { randomUUID } from 'node:crypto';
import type { Instant, InstantClock } from '../base/clock.js';
import { issuanceLimitReached, issuanceShareSpent } from '../base/errors.js';
import type { StoreOperation } from '../base/events.js';
import type { TokenStore } from '../config/token-store.js';
import type { StoreCircuit } from './circuit-breaker.js';
import type { CounterOpening, IssuanceWindow, SentIncrement } from './issuance-window.js';
import type { IssuanceWindows } from './issuance-windows.js';

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
  readonly circuit: Pick<StoreCircuit, 'supports' | 'run' | 'track' | 'retryInMs'> | undefined;
  /** Counts of this process, which all budgets of a manager share. */
  readonly windows: IssuanceWindows;
  readonly clock: InstantClock;
  readonly onOutage: (operation: StoreOperation) => void;
}

const NEAR_LIMIT_SHARE = 0.8;
// While the counter is there, another process must find out when the counter began.
const OPENING_OUTLIVES_MS = 5_000;

/** Increments of the shared counter for one request of this process. */
interface Counting {
  /** Increment of the request itself; the others are of earlier requests. */
  request: SentIncrement | undefined;
  /** Whether the request was decided on without a result, so that nothing more is sent. */
  isOver: boolean;
  readonly values: number[];
}

/**
 * The budget of one client's token requests.
 *
 * The larger of two counts applies: the shared counter of the store, and the requests of this process. A process by
 * itself thus never makes more than `limit` requests. Several processes keep the limit together while the store counts.
 *
 * - While the store gives no count, a process makes a tenth of what was left at its last count, at least one. The shared
 *   counter gets these requests once the store is back.
 * - An increment that timed out is neither repeated nor forgotten: its late result counts.
 * - After the counter was lost, the count goes on at the largest value that a process knows and tells.
 */
export class IssuanceBudget {
  readonly #options: IssuanceOptions;
  readonly #provider: string;
  readonly #deps: IssuanceDeps;

  constructor(provider: string, options: IssuanceOptions, deps: IssuanceDeps) {
    this.#options = options;
    this.#provider = provider;
    this.#deps = deps;
  }

  /**
   * Takes one request from the budget.
   *
   * @param onNearLimit - called for the request that reaches 80 % of the limit
   * @throws `ClientCredentialsError` `issuance_limit_reached`; its `retryAt` is the end of the window
   */
  async spend(onNearLimit: (options: IssuanceOptions) => void): Promise<void> {
    const { windows, key, circuit } = this.#deps;
    const { limit } = this.#options;
    const window = windows.current(key, this.#windowMs, this.#now());
    window.reserve();
    // Not published: a request that is not sent must not count in the next window of the store.
    if (window.own > limit) throw this.#refused(window);
    const isShared = circuit?.supports('increment') === true;
    const counting: Counting = { request: undefined, isOver: false, values: [] };
    if (isShared) {
      const { onOutage } = this.#deps;
      const options = { onOutage, onBack: this.#payDebt };
      await circuit.run('increment', (store) => this.#count(store, window, counting), options);
    }
    counting.isOver = true;
    const isAnswered = counting.request?.value !== undefined;
    const count = isAnswered ? window.countAt(Math.max(...counting.values)) : window.knownCount;
    if (!window.isNearLimitTold && this.#isNearLimit(window, count, counting.values)) {
      window.isNearLimitTold = true;
      onNearLimit(this.#options);
    }
    if (count > limit) throw this.#refused(window);
    if (!isShared || isAnswered) window.admit();
    else if (window.isWithinShare(limit)) window.admitUncounted(counting.request);
    else throw this.#unanswered(window, counting.request);
  }

  /** Whether this process reaches 80 % of the limit, and no other process: each value of the counter has one owner. */
  #isNearLimit(window: IssuanceWindow, count: number, values: readonly number[]): boolean {
    const nearLimit = Math.ceil(this.#options.limit * NEAR_LIMIT_SHARE);
    const isCountOwn = values.length === 0 || window.base > 0;
    return isCountOwn ? count >= nearLimit : values.includes(nearLimit);
  }

  /** Adds a request to the shared counter, and earlier requests that the counter lacks. */
  async #count(store: TokenStore, window: IssuanceWindow, counting: Counting): Promise<void> {
    const opening = await this.#join(store, window);
    if (counting.isOver) return;
    const isFirst = opening === undefined && !window.hasCounted;
    // Told before the counter begins: a process that dies in between would leave a counter whose end nobody knows.
    const telling = isFirst ? this.#tell(store, window, randomUUID()) : undefined;
    const debt = this.#increments(store, window, window.sendDebt(), counting.values);
    counting.request = window.send();
    const request = this.#increments(store, window, [counting.request], counting.values);
    const opened = await Promise.all([debt, request, telling]);
    if (!isFirst) this.#tellChanges(window, opening, opened.includes(true));
  }

  /** Adds what this process spent while the store gave no count, without waiting for its next request. */
  readonly #payDebt = async (): Promise<void> => {
    const { windows, key, circuit, onOutage } = this.#deps;
    const window = windows.current(key, this.#windowMs, this.#now());
    const pay = async (store: TokenStore): Promise<void> => {
      const opening = await this.#join(store, window);
      const isOpened = await this.#increments(store, window, window.sendDebt());
      this.#tellChanges(window, opening, isOpened);
    };
    await circuit?.run('increment', pay, { onOutage, onBack: this.#payDebt });
  };

  /** Runs increments; one that is late counts as well. Returns whether one of them began the counter. */
  async #increments(
    store: TokenStore,
    window: IssuanceWindow,
    increments: readonly SentIncrement[],
    values: number[] = [],
  ): Promise<boolean> {
    const began = await Promise.all(
      increments.map(async (sent) => {
        try {
          const value = await store.increment?.(this.#deps.key, window.counterMs(this.#now()));
          if (value === undefined || !(value >= 1)) throw new TypeError('The store returned no count.');
          values.push(value);
          return window.counted(sent, value, this.#now());
        } catch (error) {
          window.failed(sent);
          throw error;
        }
      }),
    );
    return began.includes(true);
  }

  /** Reads what a process told of the counter. */
  async #join(store: TokenStore, window: IssuanceWindow): Promise<CounterOpening | undefined> {
    const opening = openingOf(await store.get(this.#openedKey));
    window.join(opening, this.#now());
    return opening;
  }

  async #tell(store: TokenStore, window: IssuanceWindow, id: string): Promise<void> {
    const now = this.#now();
    const told = `${window.openedAt(now)} ${id} ${window.base}`;
    await store.set(this.#openedKey, told, Math.max(window.remainingMs(now), 0) + OPENING_OUTLIVES_MS);
  }

  /** Tells of a counter that began with this process, or of a larger base, in the background. */
  #tellChanges(window: IssuanceWindow, opening: CounterOpening | undefined, isOpened: boolean): void {
    const isBaseLarger = opening !== undefined && window.base > opening.base;
    if (isOpened) this.#deps.circuit?.track(this.#tellOf(window, randomUUID()));
    else if (isBaseLarger) this.#deps.circuit?.track(this.#tellOf(window, opening.id));
  }

  async #tellOf(window: IssuanceWindow, id: string): Promise<void> {
    const { circuit, onOutage } = this.#deps;
    const outcome = await circuit?.run('set', (store) => this.#tell(store, window, id), { onOutage });
    if (outcome?.isDone === true) window.told(id);
  }

  /** Error of a request beyond the limit. */
  #refused(window: IssuanceWindow): Error {
    window.refuse();
    return issuanceLimitReached(this.#provider, this.#options, this.#endOf(window));
  }

  /** Error of a request beyond the share of this process, while the store gives no count. */
  #unanswered(window: IssuanceWindow, sent: SentIncrement | undefined): Error {
    window.refuse(sent);
    const { circuit, clock } = this.#deps;
    const retryAt = Math.min(this.#endOf(window), clock.now() + (circuit?.retryInMs ?? 0));
    return issuanceShareSpent(this.#provider, this.#options, retryAt);
  }

  /** Epoch milliseconds at which the window ends. */
  #endOf(window: IssuanceWindow): number {
    const now = this.#now();
    return now.at + Math.max(window.remainingMs(now), 1);
  }

  get #openedKey(): string {
    return `${this.#deps.key}.opened`;
  }

  get #windowMs(): number {
    return this.#options.windowSeconds * 1000;
  }

  #now(): Instant {
    return this.#deps.clock.instant();
  }
}

function openingOf(told = ''): CounterOpening | undefined {
  const [at, id, base] = told.split(' ');
  const opening = { at: Number(at), id: id ?? '', base: Number(base) };
  return Number.isFinite(opening.at) && Number.isFinite(opening.base) ? opening : undefined;
}
