import { describe, expect, it } from '@jest/globals';
import { ClientCredentialsError } from '../base/errors.js';
import type { AcquisitionReason } from '../base/events.js';
import { AccessToken } from '../token/access-token.js';
import type { IssuedToken } from '../token/issued-token.js';
import { EntryState } from './entry-state.js';

const OPTIONS = { lifetime: {}, random: () => 0.5 };
const at = (ms: number) => ({ at: ms, monotonicMs: ms });
const HOUR_MS = 3_600_000;
const issue = (value: string, ms = 0, lifetimeMs = HOUR_MS): IssuedToken => ({
  value,
  type: 'Bearer',
  scopes: [],
  requested: at(ms),
  lifetimeMs,
});
const use = (
  state: EntryState,
  token: IssuedToken,
  { reason = 'initial', now = token.requested.at }: { reason?: AcquisitionReason; now?: number } = {},
) => state.use(token, new AccessToken(token, ''), { reason, isNew: true, now: at(now) }, OPTIONS);
const rateLimited = new ClientCredentialsError('Slow.', {
  code: 'token_endpoint_unavailable',
  endpointStatus: 429,
});

describe('the state of an entry', () => {
  it('is a token and no history at first', () => {
    const state = new EntryState();
    expect(state.issued).toBeUndefined();
    use(state, issue('A'));

    const { token, dropped, refreshGap, refreshPause, latch, refused } = state;
    expect(token).toMatchObject({ obtained: at(0), lifetimeMs: HOUR_MS });
    expect([dropped, refreshGap, refreshPause, latch, refused]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      [],
    ]);
    expect(state.issued).toMatchObject({ value: 'A', lifetimeMs: HOUR_MS });
  });

  it('has a gap only after a refresh ahead, and keeps it', () => {
    const state = new EntryState();
    use(state, issue('A', 1), { reason: 'refresh-ahead' });
    const gap = state.refreshGap;
    use(state, issue('B', 2), { reason: 'expired' });

    expect(gap).toEqual({ since: at(1), forMs: HOUR_MS / 4 });
    expect(state.refreshGap).toBe(gap);
  });

  it('pauses after the same token, by the lifetime that it had at first', () => {
    const state = new EntryState();
    use(state, issue('A', 0));
    const first = use(state, issue('A', HOUR_MS / 2, HOUR_MS / 2));
    const pause = state.refreshPause;
    state.drop('refused');
    state.drop('refused');
    use(state, issue('A', 3_000_000, 600_000));

    expect(first).toEqual({ isSameToken: true, replaced: undefined });
    expect(pause).toMatchObject({ forMs: HOUR_MS * 0.05, isSameToken: true });
    expect(state.refreshPause).toMatchObject({ forMs: 180_000 });
  });

  it('tells which token was replaced', () => {
    const state = new EntryState();
    use(state, issue('A'));

    expect(use(state, issue('B'))).toEqual({ isSameToken: false, replaced: 'A' });
  });

  it('latches longer after each 429 in a row, and as before after another failure', () => {
    const state = new EntryState();
    const other = new ClientCredentialsError('Down.', { code: 'token_endpoint_unavailable' });
    const latches = [rateLimited, rateLimited, other, rateLimited].map((error) => {
      state.fail(error, at(0), OPTIONS);
      return state.latch?.forMs;
    });

    expect(latches).toEqual([30_000, 60_000, undefined, 30_000]);
    expect(state.refreshPause).toBeUndefined();
    expect(state.snapshot(at(0), false)).toMatchObject({ state: 'failing', failures: 4 });
  });

  it('pauses its refresh after a failure while it has a token, until it is reset', () => {
    const state = new EntryState();
    use(state, issue('A'));
    const isServed = state.fail(rateLimited, at(0), OPTIONS);
    const pause = state.refreshPause;
    state.reset();

    expect([isServed, pause?.forMs]).toEqual([true, 30_000]);
    expect([state.latch, state.refreshPause]).toEqual([undefined, undefined]);
    expect(state.snapshot(at(0), false).failures).toBe(1);
    expect(state.token).toBeDefined();
  });

  it('remembers the last five refused tokens', () => {
    const state = new EntryState();
    const refuse = (value: string): void => {
      use(state, issue(value, 0, 10));
      state.refuse(value, true, at(0), 30_000);
    };
    refuse('A');
    expect(state.refused).toEqual(['A']);
    for (const value of ['B', 'C', 'D', 'E', 'F']) refuse(value);
    use(state, issue('G'));

    expect(state.refused).toEqual(['B', 'C', 'D', 'E', 'F']);
  });

  it('gives a refresh what it depends on, and the claims once', () => {
    const state = new EntryState();
    use(state, issue('A'));
    const before = state.takeRefreshInputs();
    state.takeRefreshInputs();
    state.refuse('A', false, at(0), 30_000, '{}');

    expect(before).toEqual({ claims: undefined, lastToken: 'A', rejected: undefined });
    expect(state.takeRefreshInputs()).toEqual({ claims: '{}', lastToken: 'A', rejected: 'A' });
    expect(state.takeRefreshInputs()).toEqual({ claims: undefined, lastToken: 'A', rejected: 'A' });
  });

  it('shows what it is doing', () => {
    const state = new EntryState();
    const states = [state.snapshot(at(0), false).state, state.snapshot(at(0), true).state];
    const empty = state.snapshot(at(0), false).fingerprint;
    use(state, issue('A'));

    expect([...states, state.snapshot(at(0), false).state]).toEqual(['empty', 'refreshing', 'fresh']);
    expect([empty, state.snapshot(at(0), false).fingerprint]).toEqual([undefined, '559aead0']);
  });

  it('shows how long its token lives, and when the next attempt may follow a failure', () => {
    const state = new EntryState();
    use(state, issue('A'));
    const fresh = state.snapshot(at(600_000), false);
    state.fail(rateLimited, at(600_000), OPTIONS);

    expect(fresh).toMatchObject({ expiresInSeconds: 3_000, nextAttemptAt: undefined });
    expect(state.snapshot(at(600_000), false)).toMatchObject({
      state: 'degraded',
      nextAttemptAt: 630_000,
    });
    expect(state.snapshot(at(630_000), false).nextAttemptAt).toBeUndefined();
  });

  it('uses a stored token that is new, not refused, and lives long enough', () => {
    const state = new EntryState();
    use(state, issue('A'));
    state.refuse('A', false, at(0), 30_000);
    use(state, issue('B'));
    const isUsable = (token: IssuedToken, minRemainingMs = 0, now = 0): boolean =>
      state.isUsable(token, minRemainingMs, at(now), OPTIONS);

    expect([isUsable(issue('A')), isUsable(issue('B')), isUsable(issue('C'))]).toEqual([false, false, true]);
    expect([HOUR_MS - 300_001, HOUR_MS - 300_000].map((now) => isUsable(issue('C'), 0, now))).toEqual([
      true,
      false,
    ]);
    expect([HOUR_MS - 1, HOUR_MS].map((needed) => isUsable(issue('C'), needed))).toEqual([true, false]);
  });
});
