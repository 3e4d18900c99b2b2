import { elapsedMs, type Instant } from '../base/clock.js';
import type { CallToken } from '../token/attachment.js';

// Ten replacements for each of two scopes whose calls alternate.
const MAX_DISPLACEMENTS = 20;

/**
 * Recognises displaced tokens: some providers keep one token per client, and a token for one scope ends the others.
 *
 * A displaced token is replaced even within the cooldown, so that calls succeed. The number of such replacements per
 * cooldown is limited.
 */
export class DisplacedTokens {
  /** State of the entry that acquired a token last. */
  #youngest: object | undefined;
  readonly #accepted = new WeakSet<CallToken>();
  #window: { readonly since: Instant; count: number } | undefined;

  /** Notes that an entry with this state acquired a token. */
  noteAcquired(state: object): void {
    this.#youngest = state;
  }

  /** Notes that the API accepted a token at least once. */
  readonly noteAccepted = (token: CallToken): void => void this.#accepted.add(token);

  /** Whether the API accepted a token until another entry acquired one, and the limit is not reached. */
  isDisplaced(state: object, token: CallToken | undefined, now: Instant, cooldownMs: number): boolean {
    if (token === undefined || this.#youngest === state || !this.#accepted.has(token)) return false;
    return this.#countIn(now, cooldownMs) < MAX_DISPLACEMENTS;
  }

  /** Counts a replacement of a displaced token. */
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
