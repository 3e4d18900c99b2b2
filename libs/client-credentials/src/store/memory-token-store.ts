import { instantClockOf, StopWatch, type Clock } from '../base/clock.js';
import { invalidConfiguration } from '../base/errors.js';
import { LruMap } from '../base/lru-map.js';
import type { Lock, TokenStore } from '../config/token-store.js';

/** Options of a {@link MemoryTokenStore}. */
export interface MemoryTokenStoreOptions {
  /**
   * Largest number of entries, a whole number from 1 on; beyond it the least recently used entry is dropped.
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

/** A value, and the time on the store's stopwatch from which on it has expired. */
interface Kept {
  readonly value: string;
  readonly expiresAt: number;
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
  readonly #entries: LruMap<string, Kept>;
  readonly #time: StopWatch;
  #locks = 0;

  /** @throws `ClientCredentialsError` `invalid_configuration` for a `maxEntries` that is no whole number from 1 on */
  constructor({ maxEntries = 10_000, clock }: MemoryTokenStoreOptions = {}) {
    if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
      throw invalidConfiguration(['maxEntries: must be a whole number, at least 1']);
    }
    this.maxEntries = maxEntries;
    this.#time = new StopWatch(instantClockOf(clock));
    this.#entries = new LruMap(maxEntries);
  }

  async get(key: string): Promise<string | undefined> {
    return this.#live(key)?.value;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.#keep(key, value, this.#endOf(ttlMs));
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  async lock(key: string, ttlMs: number): Promise<Lock | undefined> {
    if (this.#live(key) !== undefined) return undefined;
    this.#locks += 1;
    const mine = `lock ${this.#locks}`;
    this.#keep(key, mine, this.#endOf(ttlMs));
    return {
      release: async () => {
        if (this.#entries.peek(key)?.value === mine) this.#entries.delete(key);
      },
    };
  }

  async increment(key: string, windowMs: number): Promise<number> {
    const known = this.#live(key);
    const count = Number(known?.value ?? 0) + 1;
    // The expiry of the first increment is kept: it ends the window.
    this.#keep(key, String(count), known?.expiresAt ?? this.#endOf(windowMs));
    return count;
  }

  /** What is kept under a key and has not expired. Checked at each look-up, so that no timer is needed. */
  #live(key: string): Kept | undefined {
    const kept = this.#entries.get(key);
    if (kept === undefined || this.#time.elapsedMs() < kept.expiresAt) return kept;
    this.#entries.delete(key);
    return undefined;
  }

  /** The end of a time to live. A whole number takes less memory than a fraction, and a store may hold many. */
  #endOf(ttlMs: number): number {
    return Math.floor(this.#time.elapsedMs() + ttlMs);
  }

  #keep(key: string, value: string, expiresAt: number): void {
    if (expiresAt > this.#time.elapsedMs()) this.#entries.set(key, { value, expiresAt });
    else this.#entries.delete(key);
  }
}
