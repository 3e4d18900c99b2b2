import { describe, expect, it } from '@jest/globals';
import type { SnapshotRow, TokenState } from '../token/snapshot.js';
import { rollUp } from './provider-rollup.js';

const row = (state: TokenState, rest: Partial<SnapshotRow> = {}): SnapshotRow => ({
  at: 1_000,
  provider: 'desk',
  tenant: undefined,
  scope: '',
  audience: undefined,
  state,
  grantedScopes: undefined,
  obtainedAt: undefined,
  expiresAt: undefined,
  expiresInSeconds: undefined,
  refreshAt: undefined,
  nextAttemptAt: undefined,
  served: 0,
  acquisitions: 0,
  failures: 0,
  replays: 0,
  lastErrorCode: undefined,
  lastErrorMessage: undefined,
  fingerprint: undefined,
  ...rest,
});

describe('the state of a provider', () => {
  it.each<[TokenState, TokenState[]]>([
    ['empty', []],
    ['empty', ['empty', 'empty']],
    ['fresh', ['fresh', 'empty']],
    ['refreshing', ['fresh', 'refreshing']],
    ['degraded', ['degraded', 'fresh', 'refreshing']],
    ['degraded', ['failing', 'fresh']],
    ['degraded', ['failing', 'refreshing']],
    ['failing', ['failing']],
    ['failing', ['failing', 'failing', 'empty']],
  ])('is %s with entries that are %j', (expected, states) => {
    const [rollup] = rollUp(
      ['desk'],
      states.map((state) => row(state)),
    );

    expect(rollup?.state).toBe(expected);
  });
});

describe('the roll-up', () => {
  it('has a row for each provider in their order, with the sums over its entries', () => {
    const rows = [
      row('fresh', { tenant: 'a', acquisitions: 2, served: 5, replays: 1 }),
      row('fresh', { tenant: 'a', scope: 'write', acquisitions: 1, failures: 3, served: 7 }),
      row('fresh', { tenant: 'b', acquisitions: 1 }),
      row('fresh', { provider: 'forgotten' }),
    ];

    expect(rollUp(['unused', 'desk'], rows)).toMatchObject([
      { provider: 'unused', state: 'empty', entries: 0, tenants: 0, acquisitions: 0 },
      {
        provider: 'desk',
        entries: 3,
        tenants: 2,
        acquisitions: 4,
        failures: 3,
        served: 12,
        replays: 1,
      },
    ]);
  });

  it('has the times of the token that ends first, of those that have not ended', () => {
    const rows = [
      row('fresh', { expiresAt: 900, refreshAt: 800, obtainedAt: 0 }),
      row('fresh', { expiresAt: 5_000, refreshAt: 4_500, obtainedAt: 10 }),
      row('fresh', { expiresAt: 3_000, refreshAt: 2_500, obtainedAt: 20 }),
      row('failing', { nextAttemptAt: 2_000 }),
      row('failing', { nextAttemptAt: 1_500 }),
    ];

    expect(rollUp(['desk'], rows)).toMatchObject([
      { obtainedAt: 20, refreshAt: 2_500, expiresAt: 3_000, nextAttemptAt: 1_500 },
    ]);
  });

  it('has the error of an entry without a token before the error of one that still has its token', () => {
    const failed = { lastErrorCode: 'token_request_rejected', lastErrorMessage: 'Check the secret.' };
    const worn = { lastErrorCode: 'token_endpoint_unavailable', lastErrorMessage: 'Wait.' };

    const [rollup] = rollUp(['desk'], [row('failing', { ...failed, tenant: 'a' }), row('degraded', worn)]);

    expect(rollup?.lastError).toEqual({
      code: 'token_request_rejected',
      message: 'Check the secret.',
      tenant: 'a',
    });
  });
});
