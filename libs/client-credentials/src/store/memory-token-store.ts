import { LRUCache } from 'lru-cache';
import { CacheClock, instantClockOf, type Clock } from '../base/clock.js';
import type { Lock, TokenStore } from '../config/token-store.js';

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
 * Keeps tokens in this process, as many as it may. It can be given to several managers, so that they share what they have
 * acquired.
 *
 * @example
 * ```ts
 * const tokens = new TokenManager({ providers, store: new MemoryTokenStore({ maxEntries: 500 }) });
 * ```
 */
export class MemoryTokenStore implements TokenStore {
  readonly maxEntries: number;
  readonly #entries: LRUCache<string, string>;
  #locks = 0;

  constructor({ maxEntries = 10_000, clock }: MemoryTokenStoreOptions = {}) {
    this.maxEntries = maxEntries;
    // Looked at whenever something is read: no timer is set.
    this.#entries = new LRUCache({
      max: maxEntries,
      perf: new CacheClock(instantClockOf(clock)),
      ttlResolution: 0,
    });
  }

  async get(key: string): Promise<string | undefined> {
    return this.#entries.get(key);
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.#keep(key, value, ttlMs);
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  async lock(key: string, ttlMs: number): Promise<Lock | undefined> {
    if (this.#entries.get(key) !== undefined) return undefined;
    this.#locks += 1;
    const mine = `lock ${this.#locks}`;
    this.#keep(key, mine, ttlMs);
    return {
      release: async () => {
        if (this.#entries.peek(key) === mine) this.#entries.delete(key);
      },
    };
  }

  async increment(key: string, windowMs: number): Promise<number> {
    const known = this.#entries.get(key);
    const count = Number(known ?? 0) + 1;
    // The window stays that of the first.
    this.#keep(key, String(count), windowMs, known !== undefined);
    return count;
  }

  #keep(key: string, value: string, ttlMs: number, noUpdateTTL = false): void {
    // The cache takes 0 for: without end. And at the very end it would still have the value.
    if (!(ttlMs > 0)) this.#entries.delete(key);
    else this.#entries.set(key, value, { ttl: ttlMs * (1 - Number.EPSILON), noUpdateTTL });
  }
}
