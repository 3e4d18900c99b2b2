import { Deadline } from '../base/abort.js';
import type { StoreOperation } from '../base/events.js';
import type { TokenStore } from '../config/token-store.js';

/** Outcome of a store operation. */
export type StoreOutcome<T> = { readonly isDone: true; readonly value: T } | { readonly isDone: false };

// About the time of a token request: a slower store would save no time.
const TIMEOUT_MS = 250;
// In a busy process the timer fires late, and is started again up to this often.
const EXTENSIONS = 2;
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;
const PROBE = { key: 'probe', value: 'x', ttlMs: 1_000 };
const FAILED = { isDone: false } as const;

/** Options of one store operation. */
export interface RunOptions<T> {
  /** Called by the operation that opens the circuit, once per outage. */
  readonly onOutage: (operation: StoreOperation) => void;
  /** Deadline shared by several operations of one caller. Default: 250 ms for this operation. */
  readonly deadline?: Deadline | undefined;
  /** Called with a result that arrives after the deadline. */
  readonly onLate?: (value: T) => void;
  /** Called after a failed operation, once the store is used again. The same function is called once. */
  readonly onBack?: (() => Promise<void>) | undefined;
}

/** An outage: the store is left alone until a probe succeeds. */
interface Outage {
  readonly retryAt: number;
  readonly pauseMs: number;
  isProbing: boolean;
}

/** Starts the deadline for all store operations of one caller. */
export function storeDeadline(timeoutMs: number = TIMEOUT_MS): Deadline {
  return new Deadline(timeoutMs, { extensions: EXTENSIONS });
}

/**
 * A circuit breaker in front of a store.
 *
 * The first failed or slow operation opens the circuit and reports the outage. An open circuit costs callers no time. A
 * probe in the background closes the circuit.
 */
export class StoreCircuit {
  readonly #store: TokenStore;
  readonly #pending = new Set<Promise<unknown>>();
  readonly #waiting = new Set<() => Promise<void>>();
  #outage: Outage | undefined;

  constructor(store: TokenStore) {
    this.#store = store;
  }

  /** Whether the store has this optional operation. */
  supports(operation: 'lock' | 'increment'): boolean {
    return this.#store[operation] !== undefined;
  }

  /** Whether the circuit is open, so that {@link run} does nothing. */
  get isOpen(): boolean {
    return this.#outage !== undefined;
  }

  /** Milliseconds after which the store may be used again: the rest of the pause, or the time of a probe. */
  get retryInMs(): number {
    const pauseMs = this.#outage === undefined ? 0 : this.#outage.retryAt - performance.now();
    return Math.max(Math.ceil(pauseMs), TIMEOUT_MS);
  }

  /** Runs an operation unless the circuit is open. Never rejects. */
  async run<T>(
    operation: StoreOperation,
    task: (store: TokenStore) => Promise<T>,
    { onOutage, deadline, onLate, onBack }: RunOptions<T>,
  ): Promise<StoreOutcome<T>> {
    if (this.#outage !== undefined) {
      if (onBack !== undefined) this.#waiting.add(onBack);
      this.#probeIfDue(this.#outage);
      return FAILED;
    }
    const outcome = await this.#attempt(task, deadline, onLate);
    if (!outcome.isDone && onBack !== undefined) this.#waiting.add(onBack);
    if (outcome.isDone || this.#outage !== undefined) return outcome;
    this.#outage = { retryAt: performance.now() + FIRST_PAUSE_MS, pauseMs: FIRST_PAUSE_MS, isProbing: false };
    onOutage(operation);
    return outcome;
  }

  /** Runs an operation even if the circuit is open, such as to free a lock. Never rejects. */
  async runAlways(task: () => Promise<void>): Promise<void> {
    await this.#attempt(task);
  }

  /** Makes {@link drain} wait for this work of several operations. The work must not reject. */
  track(work: Promise<void>): void {
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
  }

  /** Resolves once all tracked work is done; to be awaited before the store is closed. */
  async drain(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async #attempt<T>(
    task: (store: TokenStore) => Promise<T>,
    deadline?: Deadline,
    onLate?: (value: T) => void,
  ): Promise<StoreOutcome<T>> {
    const limit = deadline ?? storeDeadline();
    let running: Promise<T> | undefined;
    try {
      running = task(this.#store);
      return { isDone: true, value: await limit.run(running) };
    } catch {
      // The error is dropped: its message may contain the store's password.
      void running?.then(onLate, () => undefined);
      return FAILED;
    } finally {
      if (deadline === undefined) limit.clear();
    }
  }

  #probeIfDue(outage: Outage): void {
    if (outage.isProbing || performance.now() < outage.retryAt) return;
    outage.isProbing = true;
    this.track(this.#probe(outage.pauseMs));
  }

  /** Writes and reads a value: a store that is full or read-only still serves reads. */
  async #probe(pauseMs: number): Promise<void> {
    const outcome = await this.#attempt(async (store) => {
      await store.set(PROBE.key, PROBE.value, PROBE.ttlMs);
      return store.get(PROBE.key);
    });
    const nextPauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    this.#outage = outcome.isDone
      ? undefined
      : { retryAt: performance.now() + nextPauseMs, pauseMs: nextPauseMs, isProbing: false };
    if (outcome.isDone) this.#tellBack();
  }

  #tellBack(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const onBack of waiting) this.track(onBack());
  }
}
