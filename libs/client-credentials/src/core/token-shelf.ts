import { momentOf, type Clock } from './clock.js';
import { deserialize, serialize, type IssuedToken } from './issued-token.js';
import type { TokenStore } from './token-store.js';

// A store is to save time: one that takes longer than a token request does not.
const PATIENCE_MS = 250;

/** What a store was asked to do. */
export type StoreOperation = 'get' | 'set' | 'delete';

/** One token's place in a store. A store that fails is reported and otherwise as good as empty. */
export class TokenShelf {
  readonly #store: TokenStore;
  readonly #keyOf: (boundTo: string | undefined) => string;
  #key: string;
  readonly #clock: Clock;
  readonly #report: (operation: StoreOperation) => void;
  #boundTo: string | undefined;
  #lastWrite: Promise<void> = Promise.resolve();

  /** @param keyOf - the key of a token that is bound to this thumbprint, or to none */
  constructor(
    store: TokenStore,
    keyOf: (boundTo: string | undefined) => string,
    clock: Clock,
    report: (operation: StoreOperation) => void,
  ) {
    this.#store = store;
    this.#keyOf = keyOf;
    this.#key = keyOf(undefined);
    this.#clock = clock;
    this.#report = report;
  }

  /** From now on only tokens that are bound to this are of use. */
  bindTo(boundTo: string | undefined): void {
    if (boundTo === this.#boundTo) return;
    this.#boundTo = boundTo;
    this.#key = this.#keyOf(boundTo);
  }

  async take(): Promise<IssuedToken | undefined> {
    const text = await this.#attempt('get', () => this.#store.get(this.#key));
    const token = deserialize(text, momentOf(this.#clock));
    return token?.boundTo === this.#boundTo ? token : undefined;
  }

  async put(token: IssuedToken, ttlMs: number): Promise<void> {
    this.bindTo(token.boundTo);
    const key = this.#key;
    await this.#inTurn(async () => {
      await this.#attempt('set', () => this.#store.set(key, serialize(token), Math.ceil(ttlMs)));
    });
  }

  /** Removes the token if it is this one: by now somebody may have put a newer one there. */
  async remove(value: string): Promise<void> {
    await this.#inTurn(async () => {
      const stored = await this.take();
      if (stored?.value === value) await this.#attempt('delete', () => this.#store.delete(this.#key));
    });
  }

  /** Writes wait for one another, so that what was removed does not come back. */
  async #inTurn(write: () => Promise<void>): Promise<void> {
    this.#lastWrite = this.#lastWrite.then(write);
    await this.#lastWrite;
  }

  async #attempt<T>(operation: StoreOperation, run: () => Promise<T>): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('The store did not answer.')), PATIENCE_MS);
      timer.unref();
    });
    try {
      return await Promise.race([run(), patience]);
    } catch {
      this.#report(operation);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}
