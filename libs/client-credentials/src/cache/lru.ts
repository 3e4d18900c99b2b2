import { LruMap } from '../base/lru-map.js';

/** Options of a {@link BusyAwareLru}. */
export interface LruOptions<K, V> {
  readonly max: number;
  /** Whether a value must not be evicted now, such as during a token request. */
  readonly isBusy: (value: V, key: K) => boolean;
  /** Called for each evicted value. */
  readonly onEvicted?: (value: V, key: K) => void;
}

// More than one per call, so that the set of busy values shrinks.
const RECHECKS_PER_CALL = 4;
const SLACK_SHARE = 1 / 8;

/** A bounded LRU cache. Values that are busy at eviction are kept until they are idle. */
export class BusyAwareLru<K extends {}, V extends {}> {
  readonly #recent: LruMap<K, V>;
  readonly #busy = new Map<K, V>();
  readonly #options: LruOptions<K, V>;
  /** Number of insertions after its last use within which a value is far from eviction. */
  readonly slack: number;
  /** Number of insertions so far. */
  insertions = 0;

  constructor(options: LruOptions<K, V>) {
    this.#options = options;
    this.slack = Math.floor(options.max * SLACK_SHARE);
    this.#recent = new LruMap(options.max, (value, key) => {
      if (options.isBusy(value, key)) this.#busy.set(key, value);
      else options.onEvicted?.(value, key);
    });
  }

  /** Notes a use of a value, and returns the count of insertions for its next use. Not needed within {@link slack} insertions. */
  markUsed(key: K): number {
    this.get(key);
    return this.insertions;
  }

  /** Returns the value of a key; counts as a use. */
  get(key: K): V | undefined {
    const known = this.#recent.get(key);
    if (this.#busy.size === 0) return known;
    // Before the idle values are evicted: this value may be idle by now, and its user is about to make it busy.
    const busy = this.#busy.get(key);
    if (busy === undefined) this.#evictIdle();
    else this.set(key, busy);
    return known ?? busy;
  }

  /** Inserts a value; counts as a use. Returns the count of insertions. */
  set(key: K, value: V): number {
    this.#busy.delete(key);
    this.#recent.set(key, value);
    this.#evictIdle();
    this.insertions += 1;
    return this.insertions;
  }

  delete(key: K): void {
    this.#busy.delete(key);
    this.#recent.delete(key);
  }

  *entries(): Iterable<[K, V]> {
    yield* this.#recent.entries();
    yield* this.#busy;
  }

  /** Rechecks a few busy values per call, in turn, and evicts the idle ones. */
  #evictIdle(): void {
    let left = RECHECKS_PER_CALL;
    for (const [key, value] of this.#busy) {
      this.#busy.delete(key);
      if (this.#options.isBusy(value, key)) this.#busy.set(key, value);
      else this.#options.onEvicted?.(value, key);
      left -= 1;
      if (left === 0) return;
    }
  }
}
