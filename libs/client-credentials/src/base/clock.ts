import { performance } from 'node:perf_hooks';

/** Source of the time. A test may pass its own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Monotonic milliseconds, unaffected by changes of the wall clock.
   *
   * @defaultValue `performance.now()`
   */
  monotonic?(): number;
}

/** The system clock, with a cached instant; each manager has its own. */
export class SystemClock implements Clock {
  #latest: Instant = { at: 0, monotonicMs: 0 };

  now(): number {
    return Date.now();
  }

  /** Returns one cached instant per millisecond: reading both clocks costs as much as finding a cached token. */
  instant(): Instant {
    const at = Date.now();
    if (at !== this.#latest.at) this.#latest = { at, monotonicMs: performance.now() };
    return this.#latest;
  }
}

/** An instant by both clocks. The wall clock may be set; the monotonic clock stops while the machine sleeps. */
export interface Instant {
  /** Epoch milliseconds by the wall clock. */
  readonly at: number;
  /** Milliseconds by the monotonic clock. */
  readonly monotonicMs: number;
}

/**
 * Monotonic milliseconds for the LRU cache: advances by the larger of the wall-clock and monotonic deltas.
 *
 * Starts at 1: the cache reads 0 as "unset".
 */
export class CacheClock {
  readonly #clock: Clock;
  #last: Instant;
  #nowMs = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = instantOf(clock);
  }

  now(): number {
    const now = instantOf(this.#clock);
    this.#nowMs += elapsedMs(this.#last, now);
    this.#last = now;
    return this.#nowMs;
  }
}

/** Current instant of a clock. */
export function instantOf(clock: Clock): Instant {
  if (clock instanceof SystemClock) return clock.instant();
  return { at: clock.now(), monotonicMs: clock.monotonic?.() ?? performance.now() };
}

/**
 * Milliseconds between two instants: the larger of the wall-clock and monotonic differences.
 *
 * Neither a wall clock that was set back nor a sleeping machine thus lengthens a token's life.
 */
export function elapsedMs(since: Instant, now: Instant): number {
  return Math.max(now.at - since.at, now.monotonicMs - since.monotonicMs);
}
