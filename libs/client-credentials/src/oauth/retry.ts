const BASE_DELAY_MS = 250;
const MAX_DELAY_MS = 5_000;
// A server that hands out one token until it ends says "0 seconds" during the last one.
const ZERO_LIFETIME_DELAY_MS = 1_000;
// The last instant that a Date can hold.
const MAX_INSTANT = 8.64e15;
const DECIMAL = /^\d+(\.\d+)?$/;
const RETRIED_STATUSES = new Set([408, 425, 429]);

/** Whether another attempt may fare better than an answer of this status. */
export function isTransientStatus(status: number): boolean {
  return RETRIED_STATUSES.has(status) || status >= 500;
}

/**
 * Milliseconds to wait before another attempt: full-jitter back-off, so that a fleet that failed together does not
 * come back together. `random` is a number from 0 to 1.
 */
export function backOffMs(attempt: number, random: number, isZeroLifetime = false): number {
  const delayMs = random * Math.min(BASE_DELAY_MS * 2 ** (attempt - 1), MAX_DELAY_MS);
  return isZeroLifetime ? ZERO_LIFETIME_DELAY_MS + delayMs : delayMs;
}

/**
 * The instant before which a server asked not to be called again, in epoch milliseconds: `Retry-After`, in seconds or
 * as a date (RFC 9110 §10.2.3), else, on 429, `X-RateLimit-Reset` in epoch seconds.
 */
export function retryAtOf(
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  now: number,
): number | undefined {
  const retryAfter = headers['retry-after']?.trim() ?? '';
  if (DECIMAL.test(retryAfter)) return later(now + Number(retryAfter) * 1000, now);
  // Without a time of day it is no HTTP date, though the parser takes much for one.
  const date = retryAfter.includes(':') ? Date.parse(retryAfter) : Number.NaN;
  if (Number.isFinite(date)) return later(date, now);
  const reset = headers['x-ratelimit-reset']?.trim() ?? '';
  if (status !== 429 || !DECIMAL.test(reset)) return undefined;
  return later(Number(reset) * 1000, now);
}

/** An instant that is still to come: one that has passed, by this clock, says nothing. */
function later(instant: number, now: number): number | undefined {
  return instant > now ? Math.min(instant, MAX_INSTANT) : undefined;
}
