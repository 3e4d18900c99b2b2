import { setTimeout as sleep } from 'node:timers/promises';
import { momentOf, type Clock } from './clock.js';
import { deserialize, serialize, type IssuedToken } from './issued-token.js';
import type { StoreGuard, StoreOperation, StorePatience } from './store-guard.js';
import type { Lock, TokenStore } from './token-store.js';

/** What a lock may be: held by us, held by somebody else, or not to be had from this store. */
export type LockOutcome = Lock | 'held' | 'broken';

/** What a shelf works with. */
export interface ShelfOptions {
  readonly guard: StoreGuard;
  /** The key of a token that is bound to this thumbprint, or to none. */
  readonly keyOf: (boundTo: string | undefined) => string;
  readonly clock: Clock;
  /** Told that the store is sick. */
  readonly onOutage: (operation: StoreOperation) => void;
  /** Told that the store has something here that is no token. */
  readonly onUnreadable: () => void;
}

/** One token's place in a store. A store that fails is as good as empty. */
export class TokenShelf {
  readonly #guard: StoreGuard;
  readonly #keyOf: (boundTo: string | undefined) => string;
  readonly #clock: Clock;
  readonly #onOutage: (operation: StoreOperation) => void;
  readonly #onUnreadable: () => void;
  #key: string;
  #boundTo: string | undefined;
  #lastWrite: Promise<void> = Promise.resolve();
  #writes = 0;

  constructor({ guard, keyOf, clock, onOutage, onUnreadable }: ShelfOptions) {
    this.#guard = guard;
    this.#keyOf = keyOf;
    this.#key = keyOf(undefined);
    this.#clock = clock;
    this.#onOutage = onOutage;
    this.#onUnreadable = onUnreadable;
  }

  /** From now on only tokens that are bound to this are of use. */
  bindTo(boundTo: string | undefined): void {
    if (boundTo === this.#boundTo) return;
    this.#boundTo = boundTo;
    this.#key = this.#keyOf(boundTo);
  }

  async take(patience?: StorePatience): Promise<IssuedToken | undefined> {
    const key = this.#key;
    const outcome = await this.#guard.ask('get', (store) => store.get(key), {
      patience,
      onOutage: this.#onOutage,
    });
    if (!outcome.isDone || outcome.value === undefined) return undefined;
    const token = deserialize(outcome.value, momentOf(this.#clock));
    if (token === undefined) this.#onUnreadable();
    return token?.boundTo === this.#boundTo ? token : undefined;
  }

  /** Settled when what was begun here is written: until then the lock is this process's own. */
  async untilWritten(patience: StorePatience): Promise<void> {
    if (this.#writes === 0 || this.#guard.isSick) return;
    const startedAt = performance.now();
    await Promise.race([this.#lastWrite, sleep(patience.leftMs, undefined, { ref: false })]);
    patience.spend(performance.now() - startedAt);
  }

  /** The right to acquire this token, among all that share the store. */
  async lock(ttlMs: number, patience?: StorePatience): Promise<LockOutcome> {
    const key = `${this.#key}.lock`;
    if (!this.#guard.can('lock')) return 'broken';
    const outcome = await this.#guard.ask('lock', async (store) => store.lock?.(key, ttlMs), {
      patience,
      onOutage: this.#onOutage,
      // Nobody waits for it any more: others must not have to wait for its end.
      onLate: (late) => void late?.release().catch(() => undefined),
    });
    if (!outcome.isDone) return 'broken';
    return outcome.value ?? 'held';
  }

  async release(lock: Lock): Promise<void> {
    await this.#guard.giveBack(() => lock.release());
  }

  /** Puts a token in its place, if it is still good for something, and frees the lock under which it was acquired. */
  async put(token: IssuedToken, ttlMs: number, lock?: Lock): Promise<void> {
    this.bindTo(token.boundTo);
    const key = this.#key;
    await this.#inTurn(async () => {
      const value = serialize(token);
      const keep = (store: TokenStore): Promise<void> => store.set(key, value, Math.ceil(ttlMs));
      if (ttlMs > 0) await this.#guard.ask('set', keep, { onOutage: this.#onOutage });
      if (lock !== undefined) await this.release(lock);
    });
  }

  /**
   * Removes the token if it is this one. Whoever holds the lock may be putting a newer one there, which must not be removed in
   * its stead; that one replaces it anyway. A store without locks is taken at its word.
   */
  async remove(value: string, lockMs: number): Promise<void> {
    await this.#inTurn(async () => {
      const lock = await this.lock(lockMs);
      if (lock === 'held') return;
      await this.removeLocked(value);
      if (lock !== 'broken') await this.release(lock);
    });
  }

  /** The same for who holds the lock. */
  async removeLocked(value: string): Promise<void> {
    const key = this.#key;
    const stored = await this.take();
    if (stored?.value !== value) return;
    await this.#guard.ask('delete', (store) => store.delete(key), { onOutage: this.#onOutage });
  }

  /** Something that must not be cut off in the middle when the manager closes. It must not reject. */
  hold(work: Promise<void>): void {
    this.#guard.hold(work);
  }

  /** Writes wait for one another, so that what was removed does not come back. */
  async #inTurn(write: () => Promise<void>): Promise<void> {
    this.#writes += 1;
    this.#lastWrite = this.#lastWrite.then(write);
    await this.#lastWrite;
    this.#writes -= 1;
  }
}
