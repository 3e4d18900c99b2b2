import { elapsedMs, type Instant } from '../base/clock.js';
import type { ClientCredentialsError } from '../base/errors.js';
import type { AcquisitionReason } from '../base/events.js';
import type { TokenMargins } from './expiry.js';

/** A token as the decisions see it: how long it lives, never what it is. */
export interface HeldToken extends TokenMargins {
  /** When it was asked for. */
  readonly obtained: Instant;
  readonly lifetimeMs: number;
  /** Whether it was acquired because the API refused the one before. */
  readonly isReplacement?: boolean | undefined;
}

/** A time during which something is not done. It ends by whichever clock says so first. */
export interface Cooldown {
  readonly since: Instant;
  readonly forMs: number;
}

/** All that decides what a caller gets. */
export interface PolicyInput {
  readonly token?: HeldToken | undefined;
  /** Why the token that was here last was dropped before its end: the API refused it, or somebody asked for it. */
  readonly dropped?: 'refused' | 'requested' | undefined;
  /** No background refresh meanwhile, since the last one was so recent. */
  readonly refreshGap?: Cooldown | undefined;
  /** No background refresh meanwhile, since the last answer brought nothing new, or none came. */
  readonly refreshPause?: (Cooldown & { readonly isSameToken: boolean }) | undefined;
  /** No token request meanwhile: callers get this error. */
  readonly latch?: (Cooldown & { readonly error: ClientCredentialsError }) | undefined;
}

/** What one caller needs. */
export interface Freshness {
  readonly forceRefresh?: boolean | undefined;
  readonly minRemainingMs?: number | undefined;
}

/** What a caller gets: the token; the token, while a new one is fetched; a new token, after a wait; or an error. */
export type Decision =
  | { readonly do: 'serve' }
  | { readonly do: 'serve-and-refresh' }
  | { readonly do: 'wait'; readonly reason: AcquisitionReason }
  | { readonly do: 'fail'; readonly error: ClientCredentialsError };

const NO_NEED: Freshness = Object.freeze({});
// Most decisions are these two, and there is one for every call.
const SERVE: Decision = { do: 'serve' };
const SERVE_AND_REFRESH: Decision = { do: 'serve-and-refresh' };

/** Decides what a caller gets. Everything that a token's life is made of is in here, and nothing happens here. */
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

/** What follows when the API refused a token. */
export type RefusalDecision = 'use-current' | 'replace' | 'replace-displaced' | 'leave';

/** A refusal by the API. */
export interface Refusal {
  /** Whether the refused token is the current one. */
  readonly isCurrent: boolean;
  /** Whether there was no token here yet: then the refused one is of a time that is forgotten, and must not come back from a store. */
  readonly isBlank: boolean;
  /** Whether the token worked until another token of the client was acquired: some providers keep one per client. */
  readonly wasDisplaced: boolean;
}

/**
 * Decides what follows when the API refused a token: a newer one is used if it is there, else the refused one is
 * replaced, unless it is itself a replacement that young: then the fault is not the token's. If another token took its
 * place at the provider, the fault is not the API's either: then it is replaced all the same, a few times.
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

/** Milliseconds until the token ends; negative when it has. */
export function remainingMs(token: HeldToken, now: Instant): number {
  return token.lifetimeMs - elapsedMs(token.obtained, now);
}

/** Whether the token may still be sent. */
export function isUsable(token: HeldToken, now: Instant): boolean {
  return remainingMs(token, now) > token.skewMs;
}

/** Whether a hold is there and not over. */
function isActive<T extends Cooldown>(hold: T | undefined, now: Instant): hold is T {
  return hold !== undefined && elapsedMs(hold.since, now) < hold.forMs;
}

/**
 * Whether a caller's need is worth a token request: the token has less than needed, and a new one can be expected to
 * have more. Where no token of this provider lives that long, a new one is fetched only now and then.
 */
function isTooShort(token: HeldToken, entry: PolicyInput, now: Instant, neededMs: number): boolean {
  if (remainingMs(token, now) >= neededMs) return false;
  if (entry.refreshPause?.isSameToken === true && isActive(entry.refreshPause, now)) return false;
  // A token is always a little younger than its lifetime by the time it is used.
  const canBeMet = neededMs <= token.lifetimeMs - token.skewMs;
  return canBeMet || elapsedMs(token.obtained, now) >= token.lifetimeMs * REFRESH_GAP_SHARE;
}

/** The share of a token's lifetime that lies at least between two background refreshes. */
export const REFRESH_GAP_SHARE = 0.25;
