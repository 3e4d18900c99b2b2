import type { LifetimeOptions } from '../config/provider-options.js';

/** The margins of one token, in milliseconds before its end. */
export interface TokenMargins {
  /** From here on it is no longer sent. */
  readonly skewMs: number;
  /** From here on it is renewed behind the caller's back. */
  readonly refreshAheadMs: number;
}

const DEFAULT_SKEW_SHARE = 0.1;
// Clocks of well-kept machines differ by less; a request rarely takes longer.
const MAX_DEFAULT_SKEW_MS = 30_000;
// Servers that count whole seconds may end a token up to a second early.
const MIN_DEFAULT_SKEW_MS = 1_000;
const MIN_LIFETIME_FOR_MIN_SKEW_MS = 3_000;
const DEFAULT_REFRESH_AHEAD_SHARE = 0.2;
const MAX_DEFAULT_REFRESH_AHEAD_MS = 300_000;
const JITTER_SHARE = 0.1;

/**
 * The margins of a token of the given lifetime. `random` is a number from 0 to 1; it spreads the default window only,
 * since one that is configured is meant as it stands.
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
