import { elapsedMs, type InstantClock } from '../base/clock.js';
import type { Deadline } from '../base/abort.js';
import type { StoreOperation } from '../base/events.js';
import type { ClientIdentity } from '../config/resolve.js';
import type { Lock } from '../config/token-store.js';
import type { IssuedToken } from '../token/issued-token.js';
import { storeKeyOf, tokenKeyOf, type ResolvedRequest } from '../token/token-key.js';
import type { StoreCircuit } from './circuit-breaker.js';
import { deserialize, serialize } from './token-codec.js';

/** Outcome of a lock attempt: the lock, `held` by another process, or `broken` if the store cannot lock. */
export type LockOutcome = Lock | 'held' | 'broken';

/**
 * Longest time in a store of a tenant's token, counted from its request, and of the instant up to which the tenant's
 * tokens are forgotten: no token outlives that instant, whatever lifetime the tenant configures.
 */
export const MAX_TENANT_TTL_MS: number = 31 * 86_400_000;

/** Collaborators of one client's stored tokens. */
export interface StoredTokenDeps {
  readonly circuit: StoreCircuit;
  /** Identity of the client, which is part of the store keys of its tokens. */
  readonly identity: ClientIdentity;
  /** Configured secret, if it is no function. Part of the store keys too, hashed. */
  readonly staticSecret: unknown;
  /** Store key of the instant up to which the tenant's tokens are forgotten; `undefined` without a tenant. */
  readonly forgottenKey: string | undefined;
  readonly clock: InstantClock;
  /** Called once per outage of the store. */
  readonly onOutage: (operation: StoreOperation, request: ResolvedRequest) => void;
  /** Called if the stored value is not a token. */
  readonly onUnreadable: () => void;
}

/** One token in a store. A failed read counts as an empty store. */
export class StoredToken {
  readonly #deps: StoredTokenDeps;
  readonly #request: ResolvedRequest;
  readonly #onIdle: () => void;
  #key: string;
  #boundTo: string | undefined;
  /** The last of the pending writes. */
  #lastWrite: Promise<void> | undefined;

  /** @param onIdle - called when every write is done */
  constructor(deps: StoredTokenDeps, request: ResolvedRequest, onIdle: () => void) {
    this.#deps = deps;
    this.#request = request;
    this.#onIdle = onIdle;
    this.#key = this.#keyOf(undefined);
  }

  /** Whether a new object would do the same: no write is pending, and the token is bound to no key or certificate. */
  get isReplaceable(): boolean {
    return this.#lastWrite === undefined && this.#boundTo === undefined;
  }

  /** Selects the store key of a token that is bound to this thumbprint. */
  bindTo(boundTo: string | undefined): void {
    if (boundTo === this.#boundTo) return;
    this.#boundTo = boundTo;
    this.#key = this.#keyOf(boundTo);
  }

  /** Store key of the token that is bound to this thumbprint. */
  #keyOf(boundTo: string | undefined): string {
    const { identity, staticSecret } = this.#deps;
    return storeKeyOf(tokenKeyOf(identity, this.#request), staticSecret, boundTo);
  }

  /** Reads the token; `undefined` if missing, unreadable, forgotten, or bound to another thumbprint. */
  async read(deadline?: Deadline): Promise<IssuedToken | undefined> {
    const key = this.#key;
    const { circuit, clock, forgottenKey } = this.#deps;
    const outcome = await circuit.run(
      'get',
      (store) =>
        Promise.all([store.get(key), forgottenKey === undefined ? undefined : store.get(forgottenKey)]),
      { deadline, onOutage: this.#onOutage },
    );
    const [value, forgottenAt] = outcome.isDone ? outcome.value : [];
    if (value === undefined) return undefined;
    const token = deserialize(value, this.#request, clock.instant());
    if (token === undefined) this.#deps.onUnreadable();
    const isForgotten = forgottenAt !== undefined && Number(forgottenAt) >= (token?.requested.at ?? 0);
    return token?.boundTo === this.#boundTo && !isForgotten ? token : undefined;
  }

  /** Resolves after the pending writes or the deadline. Until then this process still holds the lock. */
  async afterLastWrite(deadline: Deadline): Promise<void> {
    if (this.#lastWrite === undefined || this.#deps.circuit.isOpen) return;
    await deadline.run(this.#lastWrite).catch(() => undefined);
  }

  /** Takes the lock for a refresh of this token, among all processes that share the store. */
  async lock(ttlMs: number, deadline?: Deadline): Promise<LockOutcome> {
    const key = `${this.#key}.lock`;
    const { circuit } = this.#deps;
    if (!circuit.supports('lock')) return 'broken';
    const outcome = await circuit.run('lock', async (store) => store.lock?.(key, ttlMs), {
      deadline,
      onOutage: this.#onOutage,
      // A late lock is freed, so that no other process waits for the lock's expiry.
      onLate: (late) => void late?.release().catch(() => undefined),
    });
    if (!outcome.isDone) return 'broken';
    return outcome.value ?? 'held';
  }

  /** Frees the lock, in the background. */
  release(lock: Lock): void {
    this.#deps.circuit.track(this.#release(lock));
  }

  /** Writes the token if the token is in use, then frees the lock, in the background. */
  write(token: IssuedToken, isInUse: boolean, lock?: Lock): void {
    this.bindTo(token.boundTo);
    const key = this.#key;
    const writing = this.#inTurn(async () => {
      if (isInUse) await this.#set(key, token);
      if (lock !== undefined) await this.#release(lock);
    });
    this.#deps.circuit.track(writing);
  }

  /**
   * Removes the token if the token has this value.
   *
   * While another process holds the lock, nothing is removed: that process writes a newer token. In a store without
   * locks, a newer token may be removed.
   */
  async remove(value: string, lockMs: number): Promise<void> {
    await this.#inTurn(async () => {
      const lock = await this.lock(lockMs);
      if (lock === 'held') return;
      await this.#removeIf(value);
      if (lock !== 'broken') await this.#release(lock);
    });
  }

  /** Removes the token if the token has this value, then frees the lock, in the background. */
  removeAndRelease(value: string | undefined, lock: Lock): void {
    const removing = value === undefined ? Promise.resolve() : this.#removeIf(value);
    this.#deps.circuit.track(removing.then(() => this.#release(lock)));
  }

  /** Makes the shutdown wait for this work. The work must not reject. */
  track(work: Promise<void>): void {
    this.#deps.circuit.track(work);
  }

  async #set(key: string, token: IssuedToken): Promise<void> {
    const ttlMs = this.#ttlMsOf(token);
    const value = serialize(token, this.#request);
    if (ttlMs <= 0) return;
    await this.#deps.circuit.run('set', (store) => store.set(key, value, ttlMs), {
      onOutage: this.#onOutage,
    });
  }

  #ttlMsOf({ requested, lifetimeMs }: IssuedToken): number {
    const { clock, forgottenKey } = this.#deps;
    const maxMs = forgottenKey === undefined ? lifetimeMs : Math.min(lifetimeMs, MAX_TENANT_TTL_MS);
    return Math.ceil(maxMs - elapsedMs(requested, clock.instant()));
  }

  async #release(lock: Lock): Promise<void> {
    await this.#deps.circuit.runAlways(() => lock.release());
  }

  async #removeIf(value: string): Promise<void> {
    const key = this.#key;
    const token = await this.read();
    if (token?.value !== value) return;
    await this.#deps.circuit.run('delete', (store) => store.delete(key), { onOutage: this.#onOutage });
  }

  /** Runs a write after all earlier writes, so that a removed token does not come back. */
  async #inTurn(write: () => Promise<void>): Promise<void> {
    const turn = (this.#lastWrite ?? Promise.resolve()).then(write);
    this.#lastWrite = turn;
    await turn;
    if (this.#lastWrite !== turn) return;
    this.#lastWrite = undefined;
    this.#onIdle();
  }

  readonly #onOutage = (operation: StoreOperation): void => this.#deps.onOutage(operation, this.#request);
}
