import { elapsedMs, type Instant } from '../base/clock.js';

// Near the end of a window, a counter that starts again has ended, by the clock of another machine.
const END_SHARE = 0.1;
const MAX_END_MS = 300_000;

/** When a window of token requests opened and when it ends, as far as this process knows. Another process may have opened it. */
export class WindowSpan {
  readonly #windowMs: number;
  #start: Instant;
  /** Age of the window at `#start`. */
  #ageMs = 0;
  #isAgeKnown = false;

  constructor(windowMs: number, now: Instant) {
    this.#windowMs = windowMs;
    this.#start = now;
  }

  remainingMs(now: Instant): number {
    return this.#windowMs - this.#ageMs - elapsedMs(this.#start, now);
  }

  /** Epoch milliseconds at which the window opened. */
  openedAt(now: Instant): number {
    return now.at + this.remainingMs(now) - this.#windowMs;
  }

  /** Milliseconds until a counter that begins now must end. */
  counterMs(now: Instant): number {
    return this.isLossCertain(now) ? this.remainingMs(now) : this.#windowMs;
  }

  /** Whether a counter that begins again was lost: the window has not ended by any clock. */
  isLossCertain(now: Instant): boolean {
    const endMs = Math.min(this.#windowMs * END_SHARE, MAX_END_MS);
    return this.#isAgeKnown && this.remainingMs(now) > endMs;
  }

  /** Takes over when another process says that the window opened. Returns whether that window can still be this one. */
  join(openedAt: number, now: Instant): boolean {
    const ageMs = now.at - openedAt;
    // An older counter ends at any moment, by the clock of another machine.
    if (!(ageMs < this.#windowMs)) return false;
    if (!this.#isAgeKnown) {
      this.#ageMs = Math.max(ageMs, 0) - elapsedMs(this.#start, now);
      // A window that opens in the future shows that the clocks differ.
      this.#isAgeKnown = ageMs >= 0;
    }
    return true;
  }

  /** Notes that the counter began with a request of this process. */
  began(now: Instant): void {
    if (!this.isLossCertain(now)) this.#ageMs = 0;
    this.#isAgeKnown = true;
  }

  restart(now: Instant): void {
    this.#start = now;
    this.#ageMs = 0;
    this.#isAgeKnown = false;
  }
}
