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

type HealthRow = Pick<
  SnapshotRow,
  'state' | 'obtainedAt' | 'acquisitions' | 'expiresInSeconds' | 'lastErrorCode' | 'nextAttemptAt'
>;

/** Rolls the rows of one provider up. A pure function of {@link SnapshotRow | rows}. */
export function providerHealthOf(rows: readonly HealthRow[]): ProviderHealth {
  const used = rows.filter((row) => !isUnused(row));
  const states = used.map(lastingStateOf);
  const state = stateOf(states);
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

/** An entry that nobody asked for a token yet says nothing. */
function isUnused({ state, obtainedAt, acquisitions }: HealthRow): boolean {
  return state === 'empty' && obtainedAt === undefined && acquisitions === 0;
}

/** A refresh in progress after a failure has not succeeded yet: the row keeps the state that the failure left. */
function lastingStateOf({ state, lastErrorCode, expiresInSeconds }: HealthRow): TokenState {
  if (state !== 'refreshing' || lastErrorCode === undefined) return state;
  return expiresInSeconds === undefined ? 'failing' : 'degraded';
}

function stateOf(states: readonly TokenState[]): TokenState {
  if (states.length > 0 && states.every((state) => state === 'failing')) return 'failing';
  if (states.some((state) => state === 'failing' || state === 'degraded')) return 'degraded';
  return (['refreshing', 'fresh'] as const).find((state) => states.includes(state)) ?? 'empty';
}

function earliest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
