import { setTimeout as sleep } from 'node:timers/promises';
import type { IssuedToken } from '../token/issued-token.js';
import type { StorePatience } from './circuit-breaker.js';
import type { LockOutcome, StoredToken } from './stored-token.js';

/** An acquisition that is made once for all who share a store. */
export interface LockedRefresh<T> {
  readonly shelf: StoredToken;
  /** Whether a token that somebody else acquired would do; `undefined` if none would, since this one must be new. */
  readonly isWelcome: ((stored: IssuedToken) => boolean) | undefined;
  /** Takes a token of somebody else into use. */
  readonly accept: (stored: IssuedToken) => T;
  readonly acquire: () => Promise<IssuedToken>;
  /** Takes a new one into use. One that is of no use is not put into the store. */
  readonly introduce: (acquired: IssuedToken) => T;
  /** How long a token is to be kept. */
  readonly ttlMsOf: (token: IssuedToken) => number;
  /** The token that must not be found in the store when the acquisition fails. */
  readonly rejected: string | undefined;
  readonly lockMs: number;
  /** What the caller may lose to the store in all. */
  readonly patience: StorePatience;
  readonly random: () => number;
  /** Aborted when nobody can use the answer any more. */
  readonly signal: AbortSignal;
}

const FIRST_POLL_MS = 50;
const POLL_GROWTH = 1.5;
const MAX_POLL_MS = 500;
// A lock that ends does so at the store's own time.
const LOCK_GRACE_MS = 500;

/**
 * Brings a token: one that somebody else put into the store, or a new one. Among all who share the store, one acquires and the
 * others wait for what it puts there. Where the store cannot tell who that is, each acquires for itself.
 */
export async function refreshUnderLock<T>(acquisition: LockedRefresh<T>): Promise<T> {
  const bringing = bring(acquisition);
  // Whoever closes the manager in the middle waits until the lock is given back.
  acquisition.shelf.track(bringing.then(ignored, ignored));
  return bringing;
}

async function bring<T>(acquisition: LockedRefresh<T>): Promise<T> {
  const { shelf, accept, lockMs, patience } = acquisition;
  const stored = await look(acquisition, patience);
  if (stored !== undefined) return accept(stored);
  await shelf.untilWritten(patience);
  const lock = await shelf.lock(lockMs, patience);
  if (lock === 'broken') return acquireAlone(acquisition);
  if (lock !== 'held') return acquireLocked(acquisition, lock, patience);
  return waitForOthers(acquisition);
}

async function waitForOthers<T>(acquisition: LockedRefresh<T>): Promise<T> {
  const { shelf, accept, lockMs, random, signal } = acquisition;
  const until = performance.now() + lockMs + LOCK_GRACE_MS;
  for (let poll = 0; performance.now() < until; poll += 1) {
    await sleep(pollDelayMs(poll, random()), undefined, { ref: false, signal }).catch(() => undefined);
    signal.throwIfAborted();
    const stored = await look(acquisition);
    if (stored !== undefined) return accept(stored);
    const lock = await shelf.lock(lockMs);
    if (lock === 'broken') break;
    if (lock !== 'held') return acquireLocked(acquisition, lock);
  }
  return acquireAlone(acquisition);
}

/** Milliseconds until a waiter looks again: soon at first, since most tokens come soon; then seldom, since there may be many waiters. */
export function pollDelayMs(poll: number, random: number): number {
  return Math.min(FIRST_POLL_MS * POLL_GROWTH ** poll, MAX_POLL_MS) * (0.5 + random / 2);
}

async function acquireLocked<T>(
  acquisition: LockedRefresh<T>,
  lock: Exclude<LockOutcome, string>,
  patience?: StorePatience,
): Promise<T> {
  const { shelf, accept, acquire, introduce, ttlMsOf, rejected } = acquisition;
  // Between the look and the lock somebody may have been done.
  const stored = await look(acquisition, patience);
  if (stored !== undefined) {
    shelf.track(shelf.release(lock));
    return accept(stored);
  }
  try {
    const token = await acquire();
    const inUse = introduce(token);
    // Not awaited: a slow store must not slow a call.
    shelf.track(shelf.put(token, ttlMsOf(token), lock));
    return inUse;
  } catch (error) {
    const removed = rejected === undefined ? Promise.resolve() : shelf.removeLocked(rejected);
    shelf.track(removed.then(() => shelf.release(lock)));
    throw error;
  }
}

async function acquireAlone<T>({ shelf, acquire, introduce, ttlMsOf }: LockedRefresh<T>): Promise<T> {
  const token = await acquire();
  const inUse = introduce(token);
  shelf.track(shelf.put(token, ttlMsOf(token)));
  return inUse;
}

async function look<T>(
  { shelf, isWelcome }: LockedRefresh<T>,
  patience?: StorePatience,
): Promise<IssuedToken | undefined> {
  if (isWelcome === undefined) return undefined;
  const stored = await shelf.read(patience);
  return stored !== undefined && isWelcome(stored) ? stored : undefined;
}

function ignored(): void {}
