import { elapsedMs, type Instant } from '../base/clock.js';
import type { ClientCredentialsError } from '../base/errors.js';
import type { AcquisitionReason } from '../base/events.js';
import type { TokenMargins } from './expiry.js';

/** A token as the policy sees it: lifetime and margins, without the value. */
export interface HeldToken extends TokenMargins {
  /** Instant of the token request. */
  readonly obtained: Instant;
  readonly lifetimeMs: number;
  /** Whether the token was acquired because the API refused the token before. */
  readonly isReplacement?: boolean | undefined;
}

/** A time in which something is not done. A cooldown ends by the clock that is further ahead. */
export interface Cooldown {
  readonly since: Instant;
  readonly forMs: number;
}

/** Everything that {@link decide} depends on, other than the time and the caller. */
export interface PolicyInput {
  readonly token?: HeldToken | undefined;
  /** Why the last token was dropped before expiry: the API refused the token, or `invalidate` was called. */
  readonly dropped?: 'refused' | 'requested' | undefined;
  /** Cooldown after a background refresh, in which no other background refresh starts. */
  readonly refreshGap?: Cooldown | undefined;
  /** Cooldown after a refresh that failed or brought the same token, in which no background refresh starts. */
  readonly refreshPause?: (Cooldown & { readonly isSameToken: boolean }) | undefined;
  /** Cooldown after a failure, in which callers get this error without a token request. */
  readonly latch?: (Cooldown & { readonly error: ClientCredentialsError }) | undefined;
}

/** The freshness that one caller needs. */
export interface Freshness {
  readonly forceRefresh?: boolean | undefined;
  readonly minRemainingMs?: number | undefined;
}

/**
 * A decision for one caller.
 *
 * - `serve`: the caller gets the current token
 * - `serve-and-refresh`: the caller gets the current token, and a background refresh starts
 * - `wait`: the caller waits for the next token
 * - `fail`: the caller gets the latched error
 */
export type Decision =
  | { readonly do: 'serve' }
  | { readonly do: 'serve-and-refresh' }
  | { readonly do: 'wait'; readonly reason: AcquisitionReason }
  | { readonly do: 'fail'; readonly error: ClientCredentialsError };

const NO_NEED: Freshness = Object.freeze({});
// Shared objects: every call makes a decision, and most decisions are one of these two.
const SERVE: Decision = { do: 'serve' };
const SERVE_AND_REFRESH: Decision = { do: 'serve-and-refresh' };

/** Decides what a caller gets. A pure function: `TokenEntry` carries out the decision. */
export function decide(entry: PolicyInput, now: Instant, need: Freshness = NO_NEED): Decision {
  const { token } = entry;
  if (need.forceRefresh === true) return acquire('forced', entry, now);
  if (token === undefined) return acquire(entry.dropped !== undefined ? 'rejected' : 'initial', entry, now);
  const leftMs = remainingMs(token, now);
  if (leftMs <= token.skewMs) return acquire('expired', entry, now);
  if (need.minRemainingMs !== undefined && isTooShort(token, entry, now, need.minRemainingMs))
    return acquire('refresh-ahead', entry, now);

  const isDue = leftMs <= token.refreshAheadMs;
  return isDue && mayRefresh(entry, now) ? SERVE_AND_REFRESH : SERVE;
}

function acquire(reason: AcquisitionReason, { latch }: PolicyInput, now: Instant): Decision {
  return isActive(latch, now) ? { do: 'fail', error: latch.error } : { do: 'wait', reason };
}

function mayRefresh({ refreshGap, refreshPause, latch }: PolicyInput, now: Instant): boolean {
  return !isActive(refreshGap, now) && !isActive(refreshPause, now) && !isActive(latch, now);
}

/**
 * A decision after the API refused a token.
 *
 * - `use-current`: a newer token is current or on its way
 * - `replace`: the refused token is dropped
 * - `replace-displaced`: the refused token is dropped although the token is a recent replacement
 * - `leave`: the refused token stays, because the token is itself a recent replacement
 */
export type RefusalDecision = 'use-current' | 'replace' | 'replace-displaced' | 'leave';

/** A refusal by the API. */
export interface Refusal {
  /** Whether the refused token is the current one. */
  readonly isCurrent: boolean;
  /** Whether the entry never had a token: the refused token belongs to an evicted entry. */
  readonly isBlank: boolean;
  /** Whether the token worked until the client acquired another token: some providers keep one token per client. */
  readonly wasDisplaced: boolean;
}

/**
 * Decides what follows after the API refused a token.
 *
 * A replacement that is refused within the cooldown is not replaced again: another token would be refused too. A
 * displaced token is the exception.
 */
export function decideRefusal(
  entry: PolicyInput,
  { isCurrent, isBlank, wasDisplaced }: Refusal,
  now: Instant,
  cooldownMs: number,
): RefusalDecision {
  const { token } = entry;
  if (isBlank) return 'replace';
  if (token === undefined || !isCurrent) return 'use-current';
  const isYoung = elapsedMs(token.obtained, now) < Math.min(cooldownMs, token.lifetimeMs / 2);
  if (token.isReplacement !== true || !isYoung) return 'replace';
  return wasDisplaced ? 'replace-displaced' : 'leave';
}

/**
 * Milliseconds until a token may be requested again after a failure; 0 if nothing forbids a request.
 *
 * While a token is served, only background refreshes are of interest.
 */
export function attemptDelayMs(entry: PolicyInput, now: Instant): number {
  const { token, latch, refreshPause, refreshGap } = entry;
  const isServed = token !== undefined && isUsable(token, now);
  const cooldowns = isServed ? [latch, refreshPause, refreshGap] : [latch];
  return Math.max(
    0,
    ...cooldowns.map((cooldown) => (cooldown === undefined ? 0 : cooldownLeftMs(cooldown, now))),
  );
}

/** Milliseconds until the token expires; negative after expiry. */
export function remainingMs(token: HeldToken, now: Instant): number {
  return token.lifetimeMs - elapsedMs(token.obtained, now);
}

/** Whether the token may still be sent. */
export function isUsable(token: HeldToken, now: Instant): boolean {
  return remainingMs(token, now) > token.skewMs;
}

/**
 * Instant from which {@link decide} has a caller start the next refresh, in epoch milliseconds by the wall clock; `undefined` without a token.
 *
 * Cooldowns put a background refresh off, but not beyond the instant from which the token is no longer sent.
 */
export function refreshDueAt({ token, refreshGap, refreshPause }: PolicyInput): number | undefined {
  if (token === undefined) return undefined;
  const { obtained, lifetimeMs, refreshAheadMs, skewMs } = token;
  const endOf = (cooldown: Cooldown | undefined): number =>
    cooldown === undefined ? obtained.at : cooldown.since.at + cooldown.forMs;
  const due = obtained.at + lifetimeMs - refreshAheadMs;
  return Math.min(Math.max(due, endOf(refreshGap), endOf(refreshPause)), obtained.at + lifetimeMs - skewMs);
}

/** Whether a cooldown exists and is not over. */
function isActive<T extends Cooldown>(cooldown: T | undefined, now: Instant): cooldown is T {
  return cooldown !== undefined && cooldownLeftMs(cooldown, now) > 0;
}

function cooldownLeftMs({ since, forMs }: Cooldown, now: Instant): number {
  return forMs - elapsedMs(since, now);
}

/**
 * Whether a caller's `minRemainingMs` is worth a token request: the token has less, and a new token should have more.
 *
 * If no token of the provider lives that long, a request is made once per {@link REFRESH_GAP_SHARE} of the lifetime.
 */
function isTooShort(token: HeldToken, entry: PolicyInput, now: Instant, neededMs: number): boolean {
  if (remainingMs(token, now) >= neededMs) return false;
  if (entry.refreshPause?.isSameToken === true && isActive(entry.refreshPause, now)) return false;
  // The skew allows for the time between the token request and the use of the token.
  const canBeMet = neededMs <= token.lifetimeMs - token.skewMs;
  return canBeMet || elapsedMs(token.obtained, now) >= token.lifetimeMs * REFRESH_GAP_SHARE;
}

/** Share of a token's lifetime that lies at least between two background refreshes. */
export const REFRESH_GAP_SHARE = 0.25;
