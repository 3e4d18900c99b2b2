import type { SnapshotRow, TokenState } from './snapshot.js';

/** Health of a provider, over all its tokens. No property holds a secret or a token. */
export interface ProviderHealth {
  /**
   * State over all tokens of the provider, those of its tenants included.
   *
   * - `failing`: every token that was asked for fails
   * - `degraded`: some fail, or are served although their renewal failed
   * - `empty`: the provider is unused, or its tokens have expired unused
   */
  state: TokenState;
  /** Whole seconds until the first of the tokens expires; missing where none may be sent. */
  expiresInSeconds?: number;
  /** Code of a present failure. */
  lastErrorCode?: string;
  /** Earliest instant of another attempt after a failure, ISO 8601; missing where the next call may cause one. */
  nextAttemptAt?: string;
}

type CountedRow = Pick<
  SnapshotRow,
  'state' | 'obtainedAt' | 'acquisitions' | 'expiresInSeconds' | 'lastErrorCode'
>;

type HealthRow = CountedRow & Pick<SnapshotRow, 'nextAttemptAt'>;

/** Rolls the rows of one provider up. A pure function of {@link SnapshotRow | rows}. */
export function providerHealthOf(rows: readonly HealthRow[]): ProviderHealth {
  const used = rows.filter((row) => countedStateOf(row) !== undefined);
  const states = used.flatMap((row) => countedStateOf(row) ?? []);
  const state = rolledUpState(states);
  const isFailing = states.includes('failing');
  // A failure that callers notice comes before one that they do not notice.
  const failed = used.filter((_, at) => states[at] === (isFailing ? 'failing' : 'degraded'));
  const expiresIn = earliest(used.map(({ expiresInSeconds }) => expiresInSeconds));
  const lastErrorCode = failed[0]?.lastErrorCode;
  const isAnyDue = failed.some((row) => row.nextAttemptAt === undefined);
  const nextAttemptAt = isAnyDue ? undefined : earliest(failed.map((row) => row.nextAttemptAt));
  return {
    state,
    ...(expiresIn !== undefined && { expiresInSeconds: Math.floor(expiresIn) }),
    ...(lastErrorCode !== undefined && { lastErrorCode }),
    ...(nextAttemptAt !== undefined && { nextAttemptAt: new Date(nextAttemptAt).toISOString() }),
  };
}

/**
 * State of a row that counts for its provider; `undefined` for an entry that nobody asked for a token yet.
 *
 * A refresh in progress after a failure has not succeeded yet: the row keeps the state that the failure left.
 */
export function countedStateOf(row: CountedRow): TokenState | undefined {
  const { state, obtainedAt, acquisitions, lastErrorCode, expiresInSeconds } = row;
  if (state === 'empty' && obtainedAt === undefined && acquisitions === 0) return undefined;
  if (state !== 'refreshing' || lastErrorCode === undefined) return state;
  return expiresInSeconds === undefined ? 'failing' : 'degraded';
}

/** State of a provider by the states of its rows. `failing`: every row fails. `degraded`: some fail or are degraded. */
export function rolledUpState(states: Iterable<TokenState>): TokenState {
  const all = new Set(states);
  if (all.has('failing') && all.size === 1) return 'failing';
  if (all.has('failing') || all.has('degraded')) return 'degraded';
  if (all.has('refreshing')) return 'refreshing';
  return all.has('fresh') ? 'fresh' : 'empty';
}

function earliest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
