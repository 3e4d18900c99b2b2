import type { LifetimeOptions } from '../config/provider-options.js';

/** Margins of one token, in milliseconds before expiry. */
export interface TokenMargins {
  /** Remaining life at which the token is no longer sent. */
  readonly skewMs: number;
  /** Remaining life at which a background refresh is due. */
  readonly refreshAheadMs: number;
}

const DEFAULT_SKEW_SHARE = 0.1;
// Synchronised clocks differ by less than 30 s, and a request rarely takes longer.
const MAX_DEFAULT_SKEW_MS = 30_000;
// A server that counts whole seconds may end a token up to one second early.
const MIN_DEFAULT_SKEW_MS = 1_000;
const MIN_LIFETIME_FOR_MIN_SKEW_MS = 3_000;
// Time for a renewal, and a second attempt, before the token can no longer be sent.
const REFRESH_MARGIN_SHARE = 0.1;
const MAX_REFRESH_MARGIN_MS = 30_000;
// A window beyond half of the usable time would renew tokens more often than not.
const MAX_USABLE_SHARE = 0.5;
const DEFAULT_REFRESH_AHEAD_SHARE = 0.2;
const MAX_DEFAULT_REFRESH_AHEAD_MS = 300_000;
const JITTER_SHARE = 0.1;
// Jitter larger than the margin would leave some tokens without any refresh ahead.
const MAX_JITTER_OF_MARGIN = 0.75;

/**
 * Margins of a token with the given lifetime.
 *
 * @param random - a number from 0 to 1 that spreads the default of `refreshAheadMs`; a configured value is exact
 */
export function marginsOf(lifetimeMs: number, options: LifetimeOptions, random: number): TokenMargins {
  const skewMs = skewOf(lifetimeMs, options.expirySkewSeconds);
  if (options.refreshAheadSeconds !== undefined) {
    return { skewMs, refreshAheadMs: options.refreshAheadSeconds * 1000 };
  }
  const longest = skewMs + (lifetimeMs - skewMs) * MAX_USABLE_SHARE;
  const usual = Math.min(defaultWindowOf(lifetimeMs, skewMs), longest);
  const jitterMs = Math.min(usual * JITTER_SHARE, (usual - skewMs) * MAX_JITTER_OF_MARGIN);
  return { skewMs, refreshAheadMs: Math.round(Math.min(usual + jitterMs * (2 * random - 1), longest)) };
}

/** The default window before its jitter. */
function defaultWindowOf(lifetimeMs: number, skewMs: number): number {
  const share = Math.min(lifetimeMs * DEFAULT_REFRESH_AHEAD_SHARE, MAX_DEFAULT_REFRESH_AHEAD_MS);
  const marginMs = Math.min(lifetimeMs * REFRESH_MARGIN_SHARE, MAX_REFRESH_MARGIN_MS);
  return Math.max(share, skewMs + marginMs);
}

function skewOf(lifetimeMs: number, configuredSeconds: number | undefined): number {
  const configuredMs = (configuredSeconds ?? Number.NaN) * 1000;
  if (configuredMs < lifetimeMs) return configuredMs;
  const share = Math.min(lifetimeMs * DEFAULT_SKEW_SHARE, MAX_DEFAULT_SKEW_MS);
  return lifetimeMs >= MIN_LIFETIME_FOR_MIN_SKEW_MS ? Math.max(share, MIN_DEFAULT_SKEW_MS) : share;
}
