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

/** The system's clock. Each manager has its own. */
export class SystemClock implements Clock {
  #latest: Instant = { at: 0, monotonicMs: 0 };

  now(): number {
    return Date.now();
  }

  /** The same for a whole millisecond: to read a clock takes as long as all else that finds a token. */
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

/** Milliseconds that pass by a clock, whichever of its two hands says more: they only ever grow. They begin at 1, since 0 often means none. */
export class CacheClock {
  readonly #clock: Clock;
  #last: Instant;
  #passedMs = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = instantOf(clock);
  }

  now(): number {
    const now = instantOf(this.#clock);
    this.#passedMs += elapsedMs(this.#last, now);
    this.#last = now;
    return this.#passedMs;
  }
}

/** The present instant. */
export function instantOf(clock: Clock): Instant {
  if (clock instanceof SystemClock) return clock.instant();
  return { at: clock.now(), monotonicMs: clock.monotonic?.() ?? performance.now() };
}

/**
 * Milliseconds from one instant to another, by the clock that says more: a wall clock set back must not
 * lengthen a token's life, nor a machine that slept.
 */
export function elapsedMs(since: Instant, now: Instant): number {
  return Math.max(now.at - since.at, now.monotonicMs - since.monotonicMs);
}
