import type { Clock } from 'nestjs-client-credentials/core';

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #at = Date.UTC(2030, 0, 1);
  #ticks = 0;

  now(): number {
    return this.#at;
  }

  monotonic(): number {
    return this.#ticks;
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.#at += ms;
    this.#ticks += ms;
  }

  /** Sets the wall clock forward or back: no time passes. */
  set(byMs: number): void {
    this.#at += byMs;
  }
}
