import { elapsedMs, type Instant } from '../base/clock.js';
import type { CallToken } from '../token/attachment.js';

// Enough for calls of two scopes to take turns for a while.
const MAX_DISPLACEMENTS = 20;

/**
 * Recognises a provider that keeps one token per client: there a token for one scope ends the token for another. Such a token is
 * replaced although it is young, so that calls succeed; the number of these replacements is bounded.
 */
export class Displacements {
  /** The entry that acquired a token last. */
  #youngest: object | undefined;
  readonly #accepted = new WeakSet<CallToken>();
  #window: { readonly since: Instant; count: number } | undefined;

  /** Notes that an entry acquired a token. */
  noteAcquired(entry: object): void {
    this.#youngest = entry;
  }

  /** Notes that the API accepted a token at least once. */
  noteAccepted(token: CallToken): void {
    this.#accepted.add(token);
  }

  /** Whether a refused token worked until another entry of the client acquired one, and may be replaced once more. */
  isDisplaced(entry: object, token: CallToken | undefined, now: Instant, cooldownMs: number): boolean {
    if (token === undefined || this.#youngest === entry || !this.#accepted.has(token)) return false;
    return this.#countIn(now, cooldownMs) < MAX_DISPLACEMENTS;
  }

  /** Counts one more replacement of a displaced token. */
  count(now: Instant, cooldownMs: number): void {
    const count = this.#countIn(now, cooldownMs);
    if (count === 0 || this.#window === undefined) this.#window = { since: now, count: 1 };
    else this.#window.count = count + 1;
  }

  #countIn(now: Instant, cooldownMs: number): number {
    const isRunning = this.#window !== undefined && elapsedMs(this.#window.since, now) < cooldownMs;
    return isRunning ? (this.#window?.count ?? 0) : 0;
  }
}
