import { LRUCache } from 'lru-cache';

/** What a {@link BusyAwareLru} asks about what it holds. */
export interface LruOptions<K, V> {
  readonly max: number;
  /** Whether something is going on that must not be forgotten. */
  readonly isBusy: (value: V, key: K) => boolean;
  /** Told of what was forgotten for want of room. */
  readonly onForgotten?: (value: V, key: K) => void;
}

// More than one, so that there are fewer of them with each use.
const RECHECKS_PER_CALL = 4;
const SLACK_SHARE = 1 / 8;

/** A memory that is bounded: what was used longest ago is forgotten when it is full, but nothing that is busy. */
export class BusyAwareLru<K extends {}, V extends {}> {
  readonly #recent: LRUCache<K, V>;
  readonly #busy = new Map<K, V>();
  readonly #holding: LruOptions<K, V>;
  /** How many insertions after its last use a value is still far from eviction. */
  readonly slack: number;
  /** Insertions so far. */
  insertions = 0;

  constructor(holding: LruOptions<K, V>) {
    this.#holding = holding;
    this.slack = Math.floor(holding.max * SLACK_SHARE);
    this.#recent = new LRUCache<K, V>({
      max: holding.max,
      dispose: (value, key, reason) => {
        if (reason !== 'evict') return;
        if (holding.isBusy(value, key)) this.#busy.set(key, value);
        else holding.onForgotten?.(value, key);
      },
    });
  }

  /** Notes a use of a value, and returns the count of insertions for its next use. Not needed within {@link slack} insertions. */
  markUsed(key: K): number {
    this.get(key);
    return this.insertions;
  }

  /** What is there, which counts as a use. */
  get(key: K): V | undefined {
    const known = this.#recent.get(key);
    if (this.#busy.size === 0) return known;
    this.#forgetIdle();
    if (known !== undefined) return known;
    const busy = this.#busy.get(key);
    if (busy !== undefined) this.set(key, busy);
    return busy;
  }

  /** Puts something here, which counts as a use. */
  set(key: K, value: V): number {
    this.#busy.delete(key);
    this.#recent.set(key, value);
    this.#forgetIdle();
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

  /** A few at a time, in turn: there may be many. */
  #forgetIdle(): void {
    let left = RECHECKS_PER_CALL;
    for (const [key, value] of this.#busy) {
      this.#busy.delete(key);
      if (this.#holding.isBusy(value, key)) this.#busy.set(key, value);
      else this.#holding.onForgotten?.(value, key);
      left -= 1;
      if (left === 0) return;
    }
  }
}
