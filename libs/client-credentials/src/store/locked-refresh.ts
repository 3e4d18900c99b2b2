import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from '../base/abort.js';
import type { Lock } from '../config/token-store.js';
import type { IssuedToken } from '../token/issued-token.js';
import { storeDeadline } from './circuit-breaker.js';
import type { StoredToken } from './stored-token.js';

/** Inputs of {@link refreshUnderLock}. */
export interface LockedRefresh {
  readonly stored: StoredToken;
  /** Whether a stored token may be used; `undefined` if the token must be new. */
  readonly isUsable: ((stored: IssuedToken) => boolean) | undefined;
  /** Requests a token from the token endpoint. */
  readonly request: () => Promise<IssuedToken>;
  /** Refused token, which must not stay in the store if the request fails. */
  readonly rejected: string | undefined;
  readonly lockMs: number;
  readonly random: () => number;
  /** Aborted when the manager closes. */
  readonly signal: AbortSignal;
}

/** Result of a refresh. */
export interface RefreshResult {
  readonly token: IssuedToken;
  /** Whether the token is from the token endpoint instead of the store. */
  readonly isNew: boolean;
  /** Lock that is to be freed once a new token is written; `undefined` without one. */
  readonly lock?: Lock;
}

const FIRST_POLL_MS = 50;
const POLL_GROWTH = 1.5;
const MAX_POLL_MS = 500;
// Allowance for the store's clock, by which the lock expires.
const LOCK_GRACE_MS = 500;

/**
 * Returns a token from the store, or a new token from the token endpoint.
 *
 * One of the processes that share the store takes the lock and requests a token; the other processes wait for the stored
 * token. If the store has no locks or fails, each process requests its own token.
 */
export async function refreshUnderLock(refresh: LockedRefresh): Promise<RefreshResult> {
  const { stored, lockMs } = refresh;
  const deadline = storeDeadline();
  try {
    const token = await readUsable(refresh, deadline);
    if (token !== undefined) return found(token);
    await stored.afterLastWrite(deadline);
    const lock = await stored.lock(lockMs, deadline);
    if (lock === 'broken') return await requestUnlocked(refresh);
    return lock === 'held' ? await waitForOthers(refresh) : await requestLocked(refresh, lock, deadline);
  } finally {
    deadline.clear();
  }
}

async function waitForOthers(refresh: LockedRefresh): Promise<RefreshResult> {
  const { stored, lockMs, random, signal } = refresh;
  const until = performance.now() + lockMs + LOCK_GRACE_MS;
  for (let poll = 0; performance.now() < until; poll += 1) {
    await sleep(pollDelayMs(poll, random()), undefined, { ref: false, signal }).catch(() => undefined);
    signal.throwIfAborted();
    const token = await readUsable(refresh);
    if (token !== undefined) return found(token);
    const lock = await stored.lock(lockMs);
    if (lock === 'broken') break;
    if (lock !== 'held') return requestLocked(refresh, lock);
  }
  return requestUnlocked(refresh);
}

/** Milliseconds until a waiting process reads the store again. The delay grows, because most tokens arrive soon. */
export function pollDelayMs(poll: number, random: number): number {
  return Math.min(FIRST_POLL_MS * POLL_GROWTH ** poll, MAX_POLL_MS) * (0.5 + random / 2);
}

async function requestLocked(
  refresh: LockedRefresh,
  lock: Lock,
  deadline?: Deadline,
): Promise<RefreshResult> {
  const { stored, request, rejected } = refresh;
  // Another process may have written a token between the first read and the lock.
  const token = await readUsable(refresh, deadline);
  if (token !== undefined) {
    stored.release(lock);
    return found(token);
  }
  try {
    return { token: await request(), isNew: true, lock };
  } catch (error) {
    stored.removeAndRelease(rejected, lock);
    throw error;
  }
}

async function requestUnlocked({ request }: LockedRefresh): Promise<RefreshResult> {
  return { token: await request(), isNew: true };
}

async function readUsable(
  { stored, isUsable }: LockedRefresh,
  deadline?: Deadline,
): Promise<IssuedToken | undefined> {
  if (isUsable === undefined) return undefined;
  const token = await stored.read(deadline);
  return token !== undefined && isUsable(token) ? token : undefined;
}

function found(token: IssuedToken): RefreshResult {
  return { token, isNew: false };
}
