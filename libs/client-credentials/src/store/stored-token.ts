import { setTimeout as sleep } from 'node:timers/promises';
import { instantOf, type Clock } from '../base/clock.js';
import type { Lock, TokenStore } from '../config/token-store.js';
import { type IssuedToken } from '../token/issued-token.js';
import type { ResolvedRequest } from '../token/token-key.js';
import type { StoreCircuit, StoreOperation, StorePatience } from './circuit-breaker.js';
import { deserialize, serialize } from './token-codec.js';

/** What a lock may be: held by us, held by somebody else, or not to be had from this store. */
export type LockOutcome = Lock | 'held' | 'broken';

/** What the shelves of one client have in common. */
export interface StoredTokenDeps {
  readonly guard: StoreCircuit;
  /** The key of a token that is bound to this thumbprint, or to none. */
  readonly keyOf: (request: ResolvedRequest, boundTo: string | undefined) => string;
  /** The key of the moment up to which tokens of the same client are forgotten, where that can be. */
  readonly forgottenKey: string | undefined;
  readonly clock: Clock;
  /** Told that the store is sick. */
  readonly onOutage: (operation: StoreOperation, request: ResolvedRequest) => void;
  /** Told that the store has something here that is no token. */
  readonly onUnreadable: () => void;
}

/** One token's place in a store. A store that fails is as good as empty. */
export class StoredToken {
  readonly #terms: StoredTokenDeps;
  readonly #request: ResolvedRequest;
  readonly #onIdle: () => void;
  #key: string;
  #boundTo: string | undefined;
  /** The last one that is not over. */
  #lastWrite: Promise<void> | undefined;

  /** @param onIdle - called when all writes are over */
  constructor(terms: StoredTokenDeps, request: ResolvedRequest, onIdle: () => void) {
    this.#terms = terms;
    this.#request = request;
    this.#onIdle = onIdle;
    this.#key = terms.keyOf(request, undefined);
  }

  /** Whether nothing is being written. */
  get isIdle(): boolean {
    return this.#lastWrite === undefined;
  }

  /** Whether the token is bound to a key or a certificate. */
  get isBound(): boolean {
    return this.#boundTo !== undefined;
  }

  /** From now on only tokens that are bound to this are of use. */
  bindTo(boundTo: string | undefined): void {
    if (boundTo === this.#boundTo) return;
    this.#boundTo = boundTo;
    this.#key = this.#terms.keyOf(this.#request, boundTo);
  }

  async read(patience?: StorePatience): Promise<IssuedToken | undefined> {
    const key = this.#key;
    const { guard, clock, forgottenKey } = this.#terms;
    const look = (store: TokenStore): Promise<(string | undefined)[]> =>
      Promise.all([store.get(key), forgottenKey === undefined ? undefined : store.get(forgottenKey)]);
    const outcome = await guard.run('get', look, { patience, onOutage: this.#onOutage });
    const [value, forgottenAt] = outcome.isDone ? outcome.value : [];
    if (value === undefined) return undefined;
    const token = deserialize(value, this.#request, instantOf(clock));
    if (token === undefined) this.#terms.onUnreadable();
    const isForgotten = forgottenAt !== undefined && Number(forgottenAt) >= (token?.requested.at ?? 0);
    return token?.boundTo === this.#boundTo && !isForgotten ? token : undefined;
  }

  /** Settled when what was begun here is written: until then the lock is this process's own. */
  async untilWritten(patience: StorePatience): Promise<void> {
    if (this.#lastWrite === undefined || this.#terms.guard.isOpen) return;
    const startedAt = performance.now();
    await Promise.race([this.#lastWrite, sleep(patience.leftMs, undefined, { ref: false })]);
    patience.spend(performance.now() - startedAt);
  }

  /** The right to acquire this token, among all that share the store. */
  async lock(ttlMs: number, patience?: StorePatience): Promise<LockOutcome> {
    const key = `${this.#key}.lock`;
    const { guard } = this.#terms;
    if (!guard.can('lock')) return 'broken';
    const outcome = await guard.run('lock', async (store) => store.lock?.(key, ttlMs), {
      patience,
      onOutage: this.#onOutage,
      // Nobody waits for it any more: others must not have to wait for its end.
      onLate: (late) => void late?.release().catch(() => undefined),
    });
    if (!outcome.isDone) return 'broken';
    return outcome.value ?? 'held';
  }

  async release(lock: Lock): Promise<void> {
    await this.#terms.guard.runAlways(() => lock.release());
  }

  /** Puts a token in its place, if it is still good for something, and frees the lock under which it was acquired. */
  async put(token: IssuedToken, ttlMs: number, lock?: Lock): Promise<void> {
    this.bindTo(token.boundTo);
    const key = this.#key;
    await this.#inTurn(async () => {
      const value = serialize(token, this.#request);
      const keep = (store: TokenStore): Promise<void> => store.set(key, value, Math.ceil(ttlMs));
      if (ttlMs > 0) await this.#terms.guard.run('set', keep, { onOutage: this.#onOutage });
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
    const stored = await this.read();
    if (stored?.value !== value) return;
    await this.#terms.guard.run('delete', (store) => store.delete(key), { onOutage: this.#onOutage });
  }

  /** Something that must not be cut off in the middle when the manager closes. It must not reject. */
  track(work: Promise<void>): void {
    this.#terms.guard.track(work);
  }

  /** Writes wait for one another, so that what was removed does not come back. */
  async #inTurn(write: () => Promise<void>): Promise<void> {
    const turn = (this.#lastWrite ?? Promise.resolve()).then(write);
    this.#lastWrite = turn;
    await turn;
    if (this.#lastWrite !== turn) return;
    this.#lastWrite = undefined;
    this.#onIdle();
  }

  get #onOutage(): (operation: StoreOperation) => void {
    return (operation) => this.#terms.onOutage(operation, this.#request);
  }
}
