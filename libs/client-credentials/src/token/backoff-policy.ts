import {
  remainingMs,
  REFRESH_GAP_SHARE,
  type PolicyInput,
  type HeldToken,
  type Cooldown,
} from './refresh-policy.js';
import type { Instant } from '../base/clock.js';
import type { ClientCredentialsError } from '../base/errors.js';

type Pause = NonNullable<PolicyInput['refreshPause']>;

// A server that hands out one token until it ends would else be asked on every call of its last minutes.
const MIN_SAME_TOKEN_PAUSE_MS = 10_000;
const SAME_TOKEN_PAUSE_SHARE = 0.05;
const MIN_FAILURE_PAUSE_MS = 1_000;
const MAX_FAILURE_PAUSE_MS = 30_000;
// Answers count whole seconds: the same token may seem to live that much longer than it did.
const ROUNDING_MS = 1_000;
const REJECTION_LATCH_MS = 30_000;
const REJECTION_LATCH_JITTER = 0.2;
const RATE_LIMIT_LATCH_MS = 30_000;
const MAX_RATE_LIMIT_LATCH_MS = 900_000;

/** A new token beside the one it follows. */
export interface Succession {
  readonly token: HeldToken;
  readonly previous?: HeldToken | undefined;
  /** Whether the provider answered with the value it had handed out before. */
  readonly isSameToken: boolean;
  /** The lifetime that this value had when it was first handed out. */
  readonly originalLifetimeMs: number;
}

/** How long no background refresh is made where the answer did not extend the token's life. */
export function sameTokenBackoff(succession: Succession, now: Instant): Pause | undefined {
  const { token, previous } = succession;
  if (!succession.isSameToken || previous === undefined) return undefined;
  const gainedMs = remainingMs(token, now) - remainingMs(previous, now);
  if (gainedMs > ROUNDING_MS) return undefined;
  const shareMs = succession.originalLifetimeMs * SAME_TOKEN_PAUSE_SHARE;
  return { since: now, forMs: Math.max(MIN_SAME_TOKEN_PAUSE_MS, shareMs), isSameToken: true };
}

/** How far apart two background refreshes are at least. Other acquisitions between them make no difference. */
export function refreshInterval(token: HeldToken, now: Instant): Cooldown {
  return { since: now, forMs: token.lifetimeMs * REFRESH_GAP_SHARE };
}

/** How long no background refresh is made after one failed: the nearer the end, the more often. */
export function refreshBackoff(token: HeldToken, now: Instant): Pause {
  const quarterMs = remainingMs(token, now) / 4;
  const forMs = Math.min(Math.max(quarterMs, MIN_FAILURE_PAUSE_MS), MAX_FAILURE_PAUSE_MS);
  return { since: now, forMs, isSameToken: false };
}

/**
 * How long callers get the same error after a failure, instead of a token request each: after a rejection, since
 * it will be rejected again; after 429 and wherever the server named a time, since it asked for that. Any other failure is
 * forgotten at once.
 */
export function failureLatch(
  error: ClientCredentialsError,
  rateLimitsInARow: number,
  now: Instant,
  random: number,
): PolicyInput['latch'] {
  const latch = (forMs: number): PolicyInput['latch'] => ({ since: now, forMs, error });
  const namedMs = (error.retryAt ?? now.at) - now.at;
  if (error.code === 'token_request_rejected') {
    const usualMs = REJECTION_LATCH_MS * (1 + REJECTION_LATCH_JITTER * (2 * random - 1));
    return latch(Math.max(usualMs, namedMs));
  }
  if (error.retryAt !== undefined) return latch(Math.max(namedMs, 0));
  if (error.status === 429) {
    return latch(Math.min(RATE_LIMIT_LATCH_MS * 2 ** (rateLimitsInARow - 1), MAX_RATE_LIMIT_LATCH_MS));
  }
  return undefined;
}
