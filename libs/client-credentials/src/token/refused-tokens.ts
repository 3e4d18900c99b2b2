// Processes that replace a token at the same time are few; 1000 tokens are a few MB at most.
const MAX_TOKENS = 1_000;

/**
 * Tokens that an API refused, of all clients of a provider: a store or another entry may still have them.
 *
 * An entry remembers its refused tokens itself. This memory is for entries that were evicted, and for clients that were
 * created again.
 */
export class RefusedTokens {
  /** Number of refusals; tells an entry whether any token was refused since the entry looked. */
  count = 0;
  readonly #values = new Set<string>();

  /** Notes a refused token; drops the one that was noted first if there are too many. */
  note(value: string): void {
    this.count += 1;
    this.#values.delete(value);
    this.#values.add(value);
    const [first] = this.#values;
    if (this.#values.size > MAX_TOKENS && first !== undefined) this.#values.delete(first);
  }

  has(value: string): boolean {
    return this.#values.has(value);
  }

  /** Forgets a token that the token endpoint issued once more. */
  forget(value: string): void {
    this.#values.delete(value);
  }
}
