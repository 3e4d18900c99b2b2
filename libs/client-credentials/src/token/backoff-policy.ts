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

// Without the pause, a server that returns one token until expiry gets a request per call near expiry.
const MIN_SAME_TOKEN_PAUSE_MS = 10_000;
const SAME_TOKEN_PAUSE_SHARE = 0.05;
const MIN_FAILURE_PAUSE_MS = 1_000;
const MAX_FAILURE_PAUSE_MS = 30_000;
// Responses count whole seconds, so the same token may seem to gain up to one second.
const ROUNDING_MS = 1_000;
const REJECTION_LATCH_MS = 30_000;
const REJECTION_LATCH_JITTER = 0.2;
const RATE_LIMIT_LATCH_MS = 30_000;
const MAX_RATE_LIMIT_LATCH_MS = 900_000;

/** A new token and the token before. */
export interface Succession {
  readonly token: HeldToken;
  readonly previous?: HeldToken | undefined;
  /** Whether the provider returned the previous value again. */
  readonly isSameToken: boolean;
  /** Lifetime of the value when the provider first returned it. */
  readonly originalLifetimeMs: number;
}

/** Pause of background refreshes after a response that did not extend the token's life. */
export function sameTokenBackoff(succession: Succession, now: Instant): Pause | undefined {
  const { token, previous } = succession;
  if (!succession.isSameToken || previous === undefined) return undefined;
  const gainedMs = remainingMs(token, now) - remainingMs(previous, now);
  if (gainedMs > ROUNDING_MS) return undefined;
  const shareMs = succession.originalLifetimeMs * SAME_TOKEN_PAUSE_SHARE;
  return { since: now, forMs: Math.max(MIN_SAME_TOKEN_PAUSE_MS, shareMs), isSameToken: true };
}

/** Shortest interval between two background refreshes. Other refreshes do not count. */
export function refreshInterval(token: HeldToken, now: Instant): Cooldown {
  return { since: now, forMs: token.lifetimeMs * REFRESH_GAP_SHARE };
}

/** Pause of background refreshes after a failure: a quarter of the remaining life, within bounds. */
export function refreshBackoff(token: HeldToken, now: Instant): Pause {
  const quarterMs = remainingMs(token, now) / 4;
  const forMs = Math.min(Math.max(quarterMs, MIN_FAILURE_PAUSE_MS), MAX_FAILURE_PAUSE_MS);
  return { since: now, forMs, isSameToken: false };
}

/**
 * Latch after a failure: callers get the same error, without a token request each.
 *
 * A rejection latches, because the next request would be rejected too. A 429 latches, and so does any failure for which
 * the server named a time. Other failures do not latch.
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
  if (error.endpointStatus === 429) {
    return latch(Math.min(RATE_LIMIT_LATCH_MS * 2 ** (rateLimitsInARow - 1), MAX_RATE_LIMIT_LATCH_MS));
  }
  return undefined;
}
