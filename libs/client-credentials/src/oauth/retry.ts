const BASE_DELAY_MS = 250;
const MAX_DELAY_MS = 5_000;
// A server that returns one token until expiry reports a lifetime of 0 in its last second.
const ZERO_LIFETIME_DELAY_MS = 1_000;
// The last instant of a Date.
const MAX_INSTANT = 8.64e15;
const DECIMAL = /^\d+(\.\d+)?$/;
/** Status of a proxy that asks for credentials. Token endpoints never send it. @see RFC 9110 §15.5.8 */
export const PROXY_REFUSAL = 407;
const RETRIED_STATUSES = new Set([PROXY_REFUSAL, 408, 425, 429]);

/** Whether another attempt may succeed after this status. */
export function isTransientStatus(status: number): boolean {
  return RETRIED_STATUSES.has(status) || status >= 500;
}

/**
 * Milliseconds until the next attempt, with full-jitter back-off: processes that failed together retry apart.
 *
 * @param random - a number from 0 to 1
 */
export function backOffMs(attempt: number, random: number, isZeroLifetime = false): number {
  const delayMs = random * Math.min(BASE_DELAY_MS * 2 ** (attempt - 1), MAX_DELAY_MS);
  return isZeroLifetime ? ZERO_LIFETIME_DELAY_MS + delayMs : delayMs;
}

/**
 * Instant before which the server must not be called, in epoch milliseconds.
 *
 * Read from `Retry-After`, in seconds or as a date (RFC 9110 §10.2.3); else, on 429, from `X-RateLimit-Reset` in
 * epoch seconds.
 */
export function retryAtOf(
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  now: number,
): number | undefined {
  const retryAfter = headers['retry-after']?.trim() ?? '';
  if (DECIMAL.test(retryAfter)) return ifFuture(now + Number(retryAfter) * 1000, now);
  // An HTTP date has a time of day; `Date.parse` would accept much else.
  const date = retryAfter.includes(':') ? Date.parse(retryAfter) : Number.NaN;
  if (Number.isFinite(date)) return ifFuture(date, now);
  const reset = headers['x-ratelimit-reset']?.trim() ?? '';
  if (status !== 429 || !DECIMAL.test(reset)) return undefined;
  return ifFuture(Number(reset) * 1000, now);
}

/** The instant if it is in the future, else `undefined`. */
function ifFuture(instant: number, now: number): number | undefined {
  return instant > now ? Math.min(instant, MAX_INSTANT) : undefined;
}
