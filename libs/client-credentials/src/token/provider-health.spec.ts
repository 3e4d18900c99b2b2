import { describe, expect, it } from '@jest/globals';
import { providerHealthOf, type ProviderHealth } from './provider-health.js';
import type { SnapshotRow } from './snapshot.js';

const AT = Date.UTC(2030, 0, 1);

const rowOf = (changes: Partial<SnapshotRow>): SnapshotRow => ({
  at: AT,
  provider: 'desk',
  tenant: undefined,
  scope: '',
  audience: undefined,
  grantedScopes: undefined,
  state: 'empty',
  obtainedAt: undefined,
  expiresAt: undefined,
  expiresInSeconds: undefined,
  refreshAt: undefined,
  served: 0,
  lastErrorMessage: undefined,
  acquisitions: 0,
  failures: 0,
  replays: 0,
  lastErrorCode: undefined,
  nextAttemptAt: undefined,
  fingerprint: undefined,
  ...changes,
});

const UNUSED = rowOf({});
const FRESH = rowOf({ state: 'fresh', obtainedAt: AT, acquisitions: 1, expiresInSeconds: 100.9 });
const EXPIRED = rowOf({ state: 'empty', obtainedAt: AT, acquisitions: 1 });
const FIRST = rowOf({ state: 'refreshing' });
const RENEWED = rowOf({ ...FRESH, state: 'refreshing', expiresInSeconds: 20 });
const DEGRADED = rowOf({
  ...FRESH,
  state: 'degraded',
  expiresInSeconds: 50,
  lastErrorCode: 'token_endpoint_unavailable',
  nextAttemptAt: AT + 5_000,
});
const FAILING = rowOf({
  state: 'failing',
  lastErrorCode: 'token_request_rejected',
  nextAttemptAt: AT + 30_000,
});
const FAILING_UNLATCHED = rowOf({ state: 'failing', lastErrorCode: 'token_endpoint_unavailable' });
const TAKEN_OVER_AND_EXPIRED = rowOf({ state: 'empty', obtainedAt: AT });
const DROPPED = rowOf({ state: 'empty', acquisitions: 1 });
const RETRYING = rowOf({ ...FAILING_UNLATCHED, state: 'refreshing' });

const REJECTED = { lastErrorCode: 'token_request_rejected', nextAttemptAt: '2030-01-01T00:00:30.000Z' };

type Case = [sentence: string, rows: SnapshotRow[], health: ProviderHealth];

describe('the health of a provider', () => {
  it.each<Case>([
    ['is empty without a token', [], { state: 'empty' }],
    ['is empty while nobody asked for a token', [UNUSED], { state: 'empty' }],
    ['is empty after its token expired unused', [EXPIRED], { state: 'empty' }],
    ['is refreshing during the first acquisition', [FIRST], { state: 'refreshing' }],
    ['is fresh with a token, in whole seconds', [FRESH], { state: 'fresh', expiresInSeconds: 100 }],
    ['counts the token that expires first', [FRESH, RENEWED], { state: 'refreshing', expiresInSeconds: 20 }],
    ['is failing if all tokens fail', [FAILING, FAILING], { state: 'failing', ...REJECTED }],
    ['does not count what nobody asked for', [UNUSED, FAILING], { state: 'failing', ...REJECTED }],
    ['counts what worked and expired', [EXPIRED, FAILING], { state: 'degraded', ...REJECTED }],
    [
      'counts what was taken over and expired',
      [TAKEN_OVER_AND_EXPIRED, FAILING],
      { state: 'degraded', ...REJECTED },
    ],
    ['counts what was dropped', [DROPPED, FAILING], { state: 'degraded', ...REJECTED }],
    [
      'stays degraded during another attempt, while the token is served',
      [rowOf({ ...DEGRADED, state: 'refreshing', nextAttemptAt: undefined })],
      { state: 'degraded', expiresInSeconds: 50, lastErrorCode: 'token_endpoint_unavailable' },
    ],
    [
      'stays failing during another attempt',
      [RETRYING],
      { state: 'failing', lastErrorCode: 'token_endpoint_unavailable' },
    ],
    [
      'tells the earliest of the next attempts, which may be the next call',
      [FAILING, FAILING_UNLATCHED],
      { state: 'failing', lastErrorCode: 'token_request_rejected' },
    ],
    [
      'is degraded while the token is served',
      [DEGRADED],
      {
        state: 'degraded',
        expiresInSeconds: 50,
        lastErrorCode: 'token_endpoint_unavailable',
        nextAttemptAt: '2030-01-01T00:00:05.000Z',
      },
    ],
    [
      'is degraded if some fail, and tells of the failure that callers notice',
      [DEGRADED, FAILING, FRESH],
      { state: 'degraded', expiresInSeconds: 50, ...REJECTED },
    ],
  ])('%s', (_, rows, health) => {
    expect(providerHealthOf(rows)).toStrictEqual(health);
  });
});
