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

/** Milliseconds since it was made: advances by the larger of both clocks' steps. */
export class StopWatch {
  readonly #clock: InstantClock;
  #last: Instant;
  #elapsedMs = 0;

  constructor(clock: InstantClock) {
    this.#clock = clock;
    this.#last = clock.instant();
  }

  elapsedMs(): number {
    const now = this.#clock.instant();
    this.#elapsedMs += elapsedMs(this.#last, now);
    this.#last = now;
    return this.#elapsedMs;
  }
}

/**
 * Milliseconds between two instants: the larger of the wall-clock and monotonic differences.
 *
 * Neither a wall clock that was set back nor a sleeping machine thus lengthens a token's life.
 */
export function elapsedMs(since: Instant, now: Instant): number {
  return Math.max(now.at - since.at, now.monotonicMs - since.monotonicMs);
}
