import { LRUCache } from 'lru-cache';
import { CacheClock, instantClockOf, type Clock } from '../base/clock.js';
import type { Lock, TokenStore } from '../config/token-store.js';

/** Options of a {@link MemoryTokenStore}. */
export interface MemoryTokenStoreOptions {
  /**
   * Largest number of entries; beyond it the least recently used entry is dropped.
   *
   * @defaultValue 10000
   */
  maxEntries?: number;
  /**
   * The clock; a test may pass its own.
   *
   * @defaultValue the system clock
   */
  clock?: Clock;
}

/**
 * A bounded token store in the memory of this process, for managers that share their tokens.
 *
 * A single manager needs no such store: its own memory holds its tokens.
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
    // Expiry is checked at each read, so that no timer is needed.
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
    // The expiry of the first increment is kept: it ends the window.
    this.#keep(key, String(count), windowMs, known !== undefined);
    return count;
  }

  #keep(key: string, value: string, ttlMs: number, noUpdateTTL = false): void {
    // LRUCache reads 0 as no expiry. EPSILON: at exactly `ttlMs` the cache would still return the value.
    if (!(ttlMs > 0)) this.#entries.delete(key);
    else this.#entries.set(key, value, { ttl: ttlMs * (1 - Number.EPSILON), noUpdateTTL });
  }
}
