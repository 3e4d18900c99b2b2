import { LRUCache } from 'lru-cache';
import type { TokenEntry } from '../core/token-entry.js';

// As many as the default store keeps. Beyond that the entry that was used longest ago is forgotten.
const MAX_ENTRIES = 10_000;

/** The manager's own memory of tokens. It is bounded, yet forgets no entry whose token is being acquired. */
export class EntryRegistry {
  readonly #recent: LRUCache<string, TokenEntry>;
  readonly #busy = new Map<string, TokenEntry>();

  constructor(max: number = MAX_ENTRIES) {
    this.#recent = new LRUCache({
      max,
      dispose: (entry, key, reason) => {
        if (reason === 'evict' && entry.isBusy) this.#busy.set(key, entry);
      },
    });
  }

  /** The entry of this key, made if there is none. */
  entry(key: string, make: () => TokenEntry): TokenEntry {
    const known = this.#recent.get(key);
    if (known !== undefined) return known;
    const entry = this.#busy.get(key) ?? make();
    this.#busy.delete(key);
    this.#recent.set(key, entry);
    this.#forgetIdle();
    return entry;
  }

  *all(): Iterable<TokenEntry> {
    yield* this.#recent.values();
    yield* this.#busy.values();
  }

  #forgetIdle(): void {
    for (const [key, entry] of this.#busy) if (!entry.isBusy) this.#busy.delete(key);
  }
}
