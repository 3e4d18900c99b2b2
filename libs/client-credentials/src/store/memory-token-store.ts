import { LRUCache } from 'lru-cache';
import { elapsedMs, momentOf, systemClock, type Clock, type Moment } from '../core/clock.js';
import type { TokenStore } from '../core/token-store.js';

/** How a {@link MemoryTokenStore} is made. */
export interface MemoryTokenStoreOptions {
  /**
   * How many tokens are kept; beyond that, the one that was used longest ago is forgotten.
   *
   * @defaultValue 10000
   */
  maxEntries?: number;
  /**
   * The time; a test may bring its own.
   *
   * @defaultValue the system's clock
   */
  clock?: Clock;
}

/**
 * Keeps tokens in this process. It can be given to several managers, so that they share what they have acquired.
 *
 * @example
 * ```ts
 * const tokens = new TokenManager({ providers, store: new MemoryTokenStore({ maxEntries: 500 }) });
 * ```
 */
export class MemoryTokenStore implements TokenStore {
  readonly #entries: LRUCache<string, { value: string; since: Moment; ttlMs: number }>;
  readonly #clock: Clock;

  constructor({ maxEntries = 10_000, clock = systemClock }: MemoryTokenStoreOptions = {}) {
    this.#entries = new LRUCache({ max: maxEntries });
    this.#clock = clock;
  }

  async get(key: string): Promise<string | undefined> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (elapsedMs(entry.since, momentOf(this.#clock)) < entry.ttlMs) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.#entries.set(key, { value, since: momentOf(this.#clock), ttlMs });
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }
}
