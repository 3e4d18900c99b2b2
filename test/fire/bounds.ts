/** What happened to a fleet in one run. */
export interface Disturbances {
  /** Processes that were killed. */
  kills: number;
  /** Times that Redis lost everything. */
  losses: number;
  /** Single keys that were deleted. */
  evictions: number;
  /** Times that all tokens were revoked. */
  revocations: number;
  /** Times that a process told that the store does not answer. */
  outages: number;
}

/**
 * Most token requests of one token of a fleet that are made under its lock. Whatever is slow shows as an outage.
 *
 * - one at the start, and one for each revocation
 * - two for a killed process: what it had requested, and what it would have stored, had it not been unable to tell
 * - three for a lost key: the token; or the lock, whose holder and its successor both request, and the first may store last
 * - one for an outage: the token that could not be stored
 * - one for a request without a lock, whose token may replace a newer one in the store
 */
export function mostLockedRequests(seen: Disturbances, withoutLock: number): number {
  const { kills, losses, evictions, revocations, outages } = seen;
  return 1 + revocations + 2 * kills + 3 * (losses + evictions) + outages + withoutLock;
}

// docs/fleets.md, "Budgets": while the store gives no count, a process makes a tenth of what was left, at least one.
const SHARE_WITHOUT_COUNT = 0.1;

/**
 * Most token requests of a budget that processes share.
 *
 * Each counter admits `limit`. Beyond it, a process makes its share once: as long as it does not know that the budget is used up.
 * No process makes more than `limit` by itself.
 */
export function mostBudgetedRequests(limit: number, processes: number, losses: number): number {
  const share = Math.max(Math.floor(limit * SHARE_WITHOUT_COUNT), 1);
  return Math.min(limit * processes, (limit + processes * share) * (1 + losses));
}
