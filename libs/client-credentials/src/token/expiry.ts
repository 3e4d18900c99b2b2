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
const DEFAULT_REFRESH_AHEAD_SHARE = 0.2;
const MAX_DEFAULT_REFRESH_AHEAD_MS = 300_000;
const JITTER_SHARE = 0.1;

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
  const share = Math.min(lifetimeMs * DEFAULT_REFRESH_AHEAD_SHARE, MAX_DEFAULT_REFRESH_AHEAD_MS);
  const jitter = 1 + JITTER_SHARE * (2 * random - 1);
  return { skewMs, refreshAheadMs: Math.round(Math.max(share, 2 * skewMs) * jitter) };
}

function skewOf(lifetimeMs: number, configuredSeconds: number | undefined): number {
  const configuredMs = (configuredSeconds ?? Number.NaN) * 1000;
  if (configuredMs < lifetimeMs) return configuredMs;
  const share = Math.min(lifetimeMs * DEFAULT_SKEW_SHARE, MAX_DEFAULT_SKEW_MS);
  return lifetimeMs >= MIN_LIFETIME_FOR_MIN_SKEW_MS ? Math.max(share, MIN_DEFAULT_SKEW_MS) : share;
}
