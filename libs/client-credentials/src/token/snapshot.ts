/**
 * State of one token.
 *
 * - `fresh`: the token may be sent
 * - `refreshing`: a refresh is in progress
 * - `degraded`: the token may be sent, but the last refresh failed
 * - `failing`: no token may be sent, and the last refresh failed
 * - `empty`: no token may be sent, and no refresh failed
 */
export type TokenState = 'fresh' | 'refreshing' | 'degraded' | 'failing' | 'empty';

/** One token as an operator may see it, without secret and token. */
export interface SnapshotRow {
  /** Instant of this row by the manager's clock, epoch milliseconds. */
  at: number;
  provider: string;
  /** Id of the tenant, if the provider has tenants. */
  tenant: string | undefined;
  /** Requested scopes, separated by spaces. */
  scope: string;
  audience: string | undefined;
  /** Scopes that the current token was granted; `undefined` without a token. */
  grantedScopes: readonly string[] | undefined;
  state: TokenState;
  /** Instant of the token request, epoch milliseconds. */
  obtainedAt: number | undefined;
  /** Instant of expiry, epoch milliseconds. */
  expiresAt: number | undefined;
  /** Seconds until expiry, by the manager's clock; `undefined` where no token may be sent. */
  expiresInSeconds: number | undefined;
  /** Instant from which a caller causes the next background refresh, epoch milliseconds; `undefined` without a token. */
  refreshAt: number | undefined;
  /** Number of times that a caller got the cached token, without a token request. */
  served: number;
  /** Number of tokens acquired so far. */
  acquisitions: number;
  /** Number of failed refreshes so far. */
  failures: number;
  /** Number of calls that were sent again with a new token. */
  replays: number;
  lastErrorCode: string | undefined;
  /** Instant before which no token is requested after a failure, epoch milliseconds; `undefined` if the next call may cause a request. */
  nextAttemptAt: number | undefined;
  /** Message of the last error: what happened and what to do, without secrets. */
  lastErrorMessage: string | undefined;
  /** Fingerprint of the token, to tell one token from another. */
  fingerprint: string | undefined;
}
