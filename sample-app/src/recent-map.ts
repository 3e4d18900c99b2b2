/** What a {@link RecentMap} forgets. */
interface RecentMapOptions {
  /** Milliseconds for which an entry is kept. */
  keptMs: number;
  /** Largest number of entries; the oldest entry makes room. */
  max: number;
  now?: () => number;
}

/** A map that forgets its oldest entries, by age and by number. */
export class RecentMap<V> {
  private readonly entries = new Map<string, { value: V; until: number }>();
  private readonly now: () => number;

  constructor(private readonly options: RecentMapOptions) {
    this.now = options.now ?? (() => Date.now());
  }

  get size(): number {
    this.forget();
    return this.entries.size;
  }

  get(key: string): V | undefined {
    this.forget();
    return this.entries.get(key)?.value;
  }

  set(key: string, value: V): void {
    // Deleted first, so that the entries stay in the order of their ends.
    this.entries.delete(key);
    this.entries.set(key, { value, until: this.now() + this.options.keptMs });
    this.forget();
  }

  private forget(): void {
    for (const [key, { until }] of this.entries) {
      if (this.entries.size <= this.options.max && this.now() < until) return;
      this.entries.delete(key);
    }
  }
}
