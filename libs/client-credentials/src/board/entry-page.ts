import type { SnapshotRow, TokenState } from '../token/snapshot.js';

/** Which entries of a provider to list. */
export interface EntryQuery {
  readonly provider: string;
  /** Entries per page, at most {@link MAX_LIMIT}. */
  readonly limit: number;
  /** The first page is 0. */
  readonly page: number;
  /** Text that the tenant or the scope contains, in any case of letters. */
  readonly search: string;
}

/** An entry as the board lists it. */
type ListedEntry = Omit<SnapshotRow, 'provider' | 'grantedScopes' | 'expiresInSeconds' | 'fingerprint'>;

/** One page of a provider's entries. */
export interface EntryPage {
  readonly provider: string;
  /** Number of entries that the search found. */
  readonly total: number;
  readonly page: number;
  readonly rows: readonly ListedEntry[];
}

/** The most that one response lists: more than a screen shows, little enough to send every few seconds. */
const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 20;
const MAX_SEARCH_LENGTH = 200;

/** What an operator looks for comes first. */
const RANK: Record<TokenState, number> = { failing: 0, degraded: 1, refreshing: 2, fresh: 3, empty: 4 };

/** Reads the query of `state?provider=NAME&tenants=LIMIT&page=PAGE&search=TEXT`; `undefined` without a provider. */
export function entryQueryOf(parameters: URLSearchParams): EntryQuery | undefined {
  const provider = parameters.get('provider');
  if (provider === null) return undefined;
  return {
    provider,
    limit: Math.min(wholeNumber(parameters.get('tenants')) ?? DEFAULT_LIMIT, MAX_LIMIT),
    page: wholeNumber(parameters.get('page')) ?? 0,
    search: (parameters.get('search') ?? '').slice(0, MAX_SEARCH_LENGTH).toLowerCase(),
  };
}

/** One page of a provider's entries: the worst state first, then by tenant and scope. */
export function entryPageOf(
  rows: readonly SnapshotRow[],
  { provider, limit, page, search }: EntryQuery,
): EntryPage {
  const found = rows
    .filter((row) => row.provider === provider && textOf(row).toLowerCase().includes(search))
    .toSorted((one, other) => RANK[one.state] - RANK[other.state] || order(textOf(one), textOf(other)));
  const listed = found.slice(page * limit, (page + 1) * limit);
  return { provider, total: found.length, page, rows: listed.map(listedEntry) };
}

/** Named one by one: a column that a snapshot gets later is not shown before somebody decides so. */
function listedEntry(row: SnapshotRow): ListedEntry {
  return {
    at: row.at,
    tenant: row.tenant,
    scope: row.scope,
    audience: row.audience,
    state: row.state,
    obtainedAt: row.obtainedAt,
    refreshAt: row.refreshAt,
    expiresAt: row.expiresAt,
    nextAttemptAt: row.nextAttemptAt,
    served: row.served,
    acquisitions: row.acquisitions,
    failures: row.failures,
    replays: row.replays,
    lastErrorCode: row.lastErrorCode,
    lastErrorMessage: row.lastErrorMessage,
  };
}

function textOf({ tenant = '', scope, audience = '' }: SnapshotRow): string {
  return `${tenant} ${scope} ${audience}`;
}

function order(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
