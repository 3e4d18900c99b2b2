import { LRUCache } from 'lru-cache';
import { elapsedMs, momentOf, systemClock, type Clock, type Moment } from '../core/clock.js';
import type { Lock, TokenStore } from '../core/token-store.js';

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

/** A value, and when it ends. */
interface Kept {
  readonly value: string;
  readonly since: Moment;
  readonly ttlMs: number;
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
  readonly #entries: LRUCache<string, Kept>;
  readonly #clock: Clock;

  constructor({ maxEntries = 10_000, clock = systemClock }: MemoryTokenStoreOptions = {}) {
    this.#entries = new LRUCache({ max: maxEntries });
    this.#clock = clock;
  }

  async get(key: string): Promise<string | undefined> {
    return this.#find(key)?.value;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.#entries.set(key, { value, since: momentOf(this.#clock), ttlMs });
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  async lock(key: string, ttlMs: number): Promise<Lock | undefined> {
    if (this.#find(key) !== undefined) return undefined;
    const mine: Kept = { value: '', since: momentOf(this.#clock), ttlMs };
    this.#entries.set(key, mine);
    return {
      release: async () => {
        if (this.#entries.peek(key) === mine) this.#entries.delete(key);
      },
    };
  }

  async increment(key: string, windowMs: number): Promise<number> {
    const known = this.#find(key) ?? { value: '0', since: momentOf(this.#clock), ttlMs: windowMs };
    const count = Number(known.value) + 1;
    this.#entries.set(key, { ...known, value: String(count) });
    return count;
  }

  #find(key: string): Kept | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (elapsedMs(entry.since, momentOf(this.#clock)) < entry.ttlMs) return entry;
    this.#entries.delete(key);
    return undefined;
  }
}
