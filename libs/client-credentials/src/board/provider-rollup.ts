import { countedStateOf, rolledUpState } from '../token/provider-health.js';
import type { SnapshotRow, TokenState } from '../token/snapshot.js';

/** The last error of a provider's entries. */
interface RolledUpError {
  readonly code: string;
  readonly message: string | undefined;
  readonly tenant: string | undefined;
}

/** One provider with all its entries, whatever their number. */
export interface ProviderRollup {
  readonly provider: string;
  readonly state: TokenState;
  /** Number of entries. */
  readonly entries: number;
  /** Number of tenants that have an entry. */
  readonly tenants: number;
  /** Number of entries in each state. */
  readonly states: Readonly<Record<TokenState, number>>;
  /** Of the token that ends first, epoch milliseconds. */
  readonly obtainedAt: number | undefined;
  readonly refreshAt: number | undefined;
  readonly expiresAt: number | undefined;
  /** The earliest instant of another attempt after a failure, epoch milliseconds. */
  readonly nextAttemptAt: number | undefined;
  readonly acquisitions: number;
  readonly failures: number;
  readonly replays: number;
  readonly served: number;
  readonly lastError: RolledUpError | undefined;
}

/** Rolls up the rows of a snapshot by provider, in the order of `providers`; a provider without rows is `empty`. */
export function rollUp(providers: readonly string[], rows: readonly SnapshotRow[]): ProviderRollup[] {
  const sums = new Map(providers.map((name) => [name, new Sum()]));
  for (const row of rows) sums.get(row.provider)?.add(row);
  return [...sums].map(([provider, sum]) => sum.asRollup(provider));
}

/** The sums over one provider's rows. */
class Sum {
  readonly #states: Record<TokenState, number> = {
    fresh: 0,
    refreshing: 0,
    degraded: 0,
    failing: 0,
    empty: 0,
  };
  readonly #counted = new Set<TokenState>();
  readonly #tenants = new Set<string>();
  #entries = 0;
  #acquisitions = 0;
  #failures = 0;
  #replays = 0;
  #served = 0;
  #nextAttemptAt: number | undefined;
  #first: SnapshotRow | undefined;
  #failed: SnapshotRow | undefined;

  add(row: SnapshotRow): void {
    this.#entries += 1;
    this.#states[row.state] += 1;
    const counted = countedStateOf(row);
    if (counted !== undefined) this.#counted.add(counted);
    if (row.tenant !== undefined) this.#tenants.add(row.tenant);
    this.#acquisitions += row.acquisitions;
    this.#failures += row.failures;
    this.#replays += row.replays;
    this.#served += row.served;
    if (row.nextAttemptAt !== undefined && row.nextAttemptAt < (this.#nextAttemptAt ?? Infinity))
      this.#nextAttemptAt = row.nextAttemptAt;
    if (endOf(row) < endOf(this.#first)) this.#first = row;
    // An entry without a token is worse than one whose refresh failed.
    if (row.lastErrorCode !== undefined && (this.#failed === undefined || row.state === 'failing'))
      this.#failed = row;
  }

  asRollup(provider: string): ProviderRollup {
    const { obtainedAt, refreshAt, expiresAt } = this.#first ?? {};
    return {
      provider,
      state: rolledUpState(this.#counted),
      entries: this.#entries,
      tenants: this.#tenants.size,
      states: this.#states,
      obtainedAt,
      refreshAt,
      expiresAt,
      nextAttemptAt: this.#nextAttemptAt,
      acquisitions: this.#acquisitions,
      failures: this.#failures,
      replays: this.#replays,
      served: this.#served,
      lastError: errorOf(this.#failed),
    };
  }
}

/** Instant of expiry, for the search of the first; the end of time for a row without a token, or with one that has expired. */
function endOf(row: SnapshotRow | undefined): number {
  if (row?.expiresAt === undefined || row.expiresAt <= row.at) return Infinity;
  return row.expiresAt;
}

function errorOf(row: SnapshotRow | undefined): RolledUpError | undefined {
  if (row?.lastErrorCode === undefined) return undefined;
  return { code: row.lastErrorCode, message: row.lastErrorMessage, tenant: row.tenant };
}
