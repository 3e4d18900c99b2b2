import type { Clock } from 'nestjs-client-credentials/core';

/** A clock that a test advances. */
export class FakeClock implements Clock {
  #at = Date.UTC(2030, 0, 1);
  #ticks = 0;

  now(): number {
    return this.#at;
  }

  monotonic(): number {
    return this.#ticks;
  }

  /** Advances the wall clock and the monotonic clock. */
  advance(ms: number): void {
    this.#at += ms;
    this.#ticks += ms;
  }

  /** Sets the wall clock forward or back; the monotonic clock does not move. */
  set(byMs: number): void {
    this.#at += byMs;
  }
}
