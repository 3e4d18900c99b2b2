/** A map of limited size: beyond `max` values, the one that was used longest ago goes. */
export class LruMap<K, V extends {}> {
  readonly #max: number;
  readonly #onEvicted: ((value: V, key: K) => void) | undefined;
  // A Map keeps the order of insertion; a value that is used is inserted again.
  readonly #values = new Map<K, V>();
  #newest: K | undefined;

  /**
   * @param max - largest number of values, at least 1
   * @param onEvicted - called for each value that goes because there is no more room
   */
  constructor(max: number, onEvicted?: (value: V, key: K) => void) {
    this.#max = max;
    this.#onEvicted = onEvicted;
  }

  /** Returns the value of a key; counts as a use. */
  get(key: K): V | undefined {
    const value = this.#values.get(key);
    if (value !== undefined && key !== this.#newest) this.#insert(key, value);
    return value;
  }

  /** Returns the value of a key; counts as no use. */
  peek(key: K): V | undefined {
    return this.#values.get(key);
  }

  /** Sets the value of a key; counts as a use. */
  set(key: K, value: V): void {
    this.#insert(key, value);
    if (this.#values.size > this.#max) this.#evictOldest();
  }

  delete(key: K): void {
    this.#values.delete(key);
  }

  /** All values with their keys, from the longest unused one on. */
  entries(): Iterable<[K, V]> {
    return this.#values.entries();
  }

  #insert(key: K, value: V): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    this.#newest = key;
  }

  #evictOldest(): void {
    for (const [key, value] of this.#values) {
      this.#values.delete(key);
      this.#onEvicted?.(value, key);
      return;
    }
  }
}
