import type { TokenStore } from '../config/token-store.js';

/** What a store was asked to do. */
export type StoreOperation = 'get' | 'set' | 'delete' | 'lock' | 'increment';

/** What came of asking a store. */
export type StoreOutcome<T> = { readonly isDone: true; readonly value: T } | { readonly isDone: false };

// A store is to save time: one that takes longer than a token request does not.
const PATIENCE_MS = 250;
// A timer that fires so late tells of a busy process, not of a slow store. A busy one gets the time again, so often.
const BUSY_MS = 50;
const MAX_EXTENSIONS = 2;
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;
const PROBE = { key: 'probe', value: 'x', ttlMs: 1_000 };
const FAILED = { isDone: false } as const;

/** How a store is asked. */
export interface RunOptions<T> {
  /** Called if this is what shows that the store is sick: once for each outage. */
  readonly onOutage: (operation: StoreOperation) => void;
  /** What is left of the caller's patience with the store. */
  readonly patience?: StorePatience | undefined;
  /** Gets an answer that came too late. */
  readonly onLate?: (value: T) => void;
}

/** A time in which the store is left alone. */
interface Outage {
  readonly retryAt: number;
  readonly pauseMs: number;
  isProbing: boolean;
}

/** The time that one caller may lose to a store, over all that is asked of it. */
export class StorePatience {
  #leftMs = PATIENCE_MS;

  get leftMs(): number {
    return this.#leftMs;
  }

  spend(ms: number): void {
    this.#leftMs = Math.max(this.#leftMs - ms, 0);
  }
}

/**
 * Stands before a store. One that fails, or takes too long, is told of once, and left alone for a while: then it costs
 * nothing. Whether it is well again is found out beside the calls.
 */
export class StoreCircuit {
  readonly #store: TokenStore;
  readonly #underWay = new Set<Promise<unknown>>();
  #outage: Outage | undefined;

  constructor(store: TokenStore) {
    this.#store = store;
  }

  /** Whether the store can do this at all. */
  can(operation: 'lock' | 'increment'): boolean {
    return this.#store[operation] !== undefined;
  }

  /** Whether the store is known to be sick. */
  get isOpen(): boolean {
    return this.#outage !== undefined;
  }

  /** Asks the store, unless it is known to be sick. It never rejects. */
  async run<T>(
    operation: StoreOperation,
    run: (store: TokenStore) => Promise<T>,
    { onOutage, patience = new StorePatience(), onLate }: RunOptions<T>,
  ): Promise<StoreOutcome<T>> {
    if (this.#outage !== undefined) {
      this.#probeIfDue(this.#outage);
      return FAILED;
    }
    const outcome = await this.#attempt(run, patience, onLate);
    if (outcome.isDone || this.#outage !== undefined) return outcome;
    this.#outage = { retryAt: performance.now() + FIRST_PAUSE_MS, pauseMs: FIRST_PAUSE_MS, isProbing: false };
    onOutage(operation);
    return outcome;
  }

  /** Gives something back, also to a store that is known to be sick: it may be well enough for that. Nobody waits for it. */
  async runAlways(run: () => Promise<void>): Promise<void> {
    await this.#attempt(run, new StorePatience());
  }

  /** Waits for what was begun: to be called before the store is closed. */
  async drain(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Something that asks the store several times, and must not be cut off in the middle. It must not reject. */
  track(work: Promise<void>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  async #attempt<T>(
    run: (store: TokenStore) => Promise<T>,
    patience: StorePatience,
    onLate?: (value: T) => void,
  ): Promise<StoreOutcome<T>> {
    const startedAt = performance.now();
    try {
      const asked = run(this.#store);
      const value = await inTime(asked, patience.leftMs);
      if (value !== TOO_LATE) return { isDone: true, value };
      if (onLate !== undefined) asked.then(onLate, () => undefined);
      return FAILED;
    } catch {
      // What it says may name a password of the store.
      return FAILED;
    } finally {
      patience.spend(performance.now() - startedAt);
    }
  }

  #probeIfDue(outage: Outage): void {
    if (outage.isProbing || performance.now() < outage.retryAt) return;
    outage.isProbing = true;
    this.track(this.#probe(outage.pauseMs));
  }

  /** Writes and reads: a store that is full or read-only answers reads well enough. */
  async #probe(pauseMs: number): Promise<void> {
    const outcome = await this.#attempt(async (store) => {
      await store.set(PROBE.key, PROBE.value, PROBE.ttlMs);
      return store.get(PROBE.key);
    }, new StorePatience());
    const nextPauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    this.#outage = outcome.isDone
      ? undefined
      : { retryAt: performance.now() + nextPauseMs, pauseMs: nextPauseMs, isProbing: false };
  }
}

const TOO_LATE = Symbol('too late');

/** The promise's value, unless it takes longer than this. A process that was busy meanwhile gets to read what has come. */
async function inTime<T>(asked: Promise<T>, ms: number): Promise<T | typeof TOO_LATE> {
  // Somebody has to look at it, also when it fails after its time.
  asked.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<typeof TOO_LATE>((resolve) => {
    const wait = (extensions: number): void => {
      const dueAt = performance.now() + ms;
      timer = setTimeout(() => {
        const isBusy = performance.now() - dueAt > BUSY_MS;
        if (isBusy && extensions < MAX_EXTENSIONS) wait(extensions + 1);
        else resolve(TOO_LATE);
      }, ms);
      timer.unref();
    };
    wait(0);
  });
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
