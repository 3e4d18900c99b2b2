/**
 * How one token stands: good; being renewed; good, but the last renewal failed; none, and the last acquisition
 * failed; none yet or none any more.
 */
export type TokenState = 'fresh' | 'refreshing' | 'degraded' | 'failing' | 'empty';

/** One token as an operator may see it. It names no secret and no token. */
export interface SnapshotRow {
  provider: string;
  /** The tenant's id, where the provider has tenants. */
  tenant: string | undefined;
  /** The scopes asked for, separated by spaces. */
  scope: string;
  audience: string | undefined;
  /** Scopes that the current token was granted; `undefined` without a token. */
  grantedScopes: readonly string[] | undefined;
  state: TokenState;
  /** Epoch milliseconds. */
  obtainedAt: number | undefined;
  /** Epoch milliseconds. */
  expiresAt: number | undefined;
  /** Tokens acquired so far. */
  acquisitions: number;
  /** Acquisitions that failed so far. */
  failures: number;
  /** Calls that were sent once more with a new token. */
  replays: number;
  lastErrorCode: string | undefined;
  /** Tells one token from another. */
  fingerprint: string | undefined;
}
