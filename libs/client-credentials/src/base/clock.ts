import { performance } from 'node:perf_hooks';

/** Where the time comes from. A test may bring its own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Milliseconds that only ever grow, whatever is done to the wall clock.
   *
   * @defaultValue `performance.now()`
   */
  monotonic?(): number;
}

/** A clock that tells both times at once. */
export interface InstantClock extends Clock {
  /** The present instant. */
  instant(): Instant;
}

/** A clock that tells both times at once: the system's, or one made of a configured clock. */
export function instantClockOf(clock: Clock | undefined): InstantClock {
  if (clock === undefined) return new SystemClock();
  return {
    now: () => clock.now(),
    instant: () => ({ at: clock.now(), monotonicMs: clock.monotonic?.() ?? performance.now() }),
  };
}

/** The system's clock. Each manager has its own. */
class SystemClock implements InstantClock {
  #latest: Instant = { at: 0, monotonicMs: 0 };

  now(): number {
    return Date.now();
  }

  /** The same object for a whole millisecond: reading a clock takes as long as the rest of a look-up. */
  instant(): Instant {
    const at = Date.now();
    if (at !== this.#latest.at) this.#latest = { at, monotonicMs: performance.now() };
    return this.#latest;
  }
}

/** An instant by both clocks: the wall clock, which may be set, and the monotonic one, which stops while a machine sleeps. */
export interface Instant {
  /** Epoch milliseconds by the wall clock. */
  readonly at: number;
  /** Milliseconds by the monotonic clock. */
  readonly monotonicMs: number;
}

/** Monotonic milliseconds for the LRU cache: advances by the larger of both clocks' steps. Starts at 1; the cache reads 0 as unset. */
export class CacheClock {
  readonly #clock: InstantClock;
  #last: Instant;
  #passedMs = 1;

  constructor(clock: InstantClock) {
    this.#clock = clock;
    this.#last = clock.instant();
  }

  now(): number {
    const now = this.#clock.instant();
    this.#passedMs += elapsedMs(this.#last, now);
    this.#last = now;
    return this.#passedMs;
  }
}

/**
 * Milliseconds from one instant to another, by the clock that says more: a wall clock set back must not
 * lengthen a token's life, nor a machine that slept.
 */
export function elapsedMs(since: Instant, now: Instant): number {
  return Math.max(now.at - since.at, now.monotonicMs - since.monotonicMs);
}
