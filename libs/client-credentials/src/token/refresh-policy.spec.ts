import { describe, expect, it } from '@jest/globals';
import type { Instant } from '../base/clock.js';
import {
  attemptDelayMs,
  decide,
  decideRefusal,
  refreshDueAt,
  type Decision,
  type PolicyInput,
  type HeldToken,
  type Freshness,
  type RefusalDecision,
} from './refresh-policy.js';
import { ClientCredentialsError } from '../base/errors.js';

// A token of 100 s, not sent in its last 10 s, renewed in its last 20 s.
const START: Instant = { at: 1_000_000, monotonicMs: 5_000 };
const TOKEN: HeldToken = {
  obtained: START,
  lifetimeMs: 100_000,
  skewMs: 10_000,
  refreshAheadMs: 20_000,
  isReplacement: false,
};
const FRESH: PolicyInput = { token: TOKEN };
const REJECTION = new ClientCredentialsError('Rejected.', { code: 'token_request_rejected' });

const after = (ms: number): Instant => ({ at: START.at + ms, monotonicMs: START.monotonicMs + ms });
const withRemaining = (ms: number): Instant => after(TOKEN.lifetimeMs - ms);
const pausedAt = (since: Instant, forMs: number, isSameToken = false): PolicyInput => ({
  token: TOKEN,
  refreshPause: { since, forMs, isSameToken },
});
const latchedAt = (since: Instant, forMs: number, token?: HeldToken): PolicyInput => ({
  token,
  latch: { since, forMs, error: REJECTION },
});

const SERVE: Decision = { do: 'serve' };
const SERVE_AND_REFRESH: Decision = { do: 'serve-and-refresh' };
const FAIL: Decision = { do: 'fail', error: REJECTION };
const wait = (reason: Extract<Decision, { do: 'wait' }>['reason']): Decision => ({ do: 'wait', reason });

type Case = [sentence: string, entry: PolicyInput, now: Instant, expected: Decision, need?: Freshness];

describe('a caller', () => {
  describe.each<[string, Case[]]>([
    [
      'at the boundaries of a lifetime',
      [
        ['waits for the first token', {}, START, wait('initial')],
        ['gets a fresh token', FRESH, START, SERVE],
        ['gets it while more than the window is left', FRESH, withRemaining(20_001), SERVE],
        [
          'gets it, and causes a refresh, once in the window',
          FRESH,
          withRemaining(20_000),
          SERVE_AND_REFRESH,
        ],
        ['gets it 1 ms before the skew', FRESH, withRemaining(10_001), SERVE_AND_REFRESH],
        ['does not get it at the skew', FRESH, withRemaining(10_000), wait('expired')],
        ['does not get it 1 ms inside the skew', FRESH, withRemaining(9_999), wait('expired')],
        ['does not get it at its end', FRESH, withRemaining(0), wait('expired')],
        ['does not get it after its end', FRESH, withRemaining(-1), wait('expired')],
      ],
    ],
    [
      'when a clock jumps',
      [
        [
          'waits when the wall clock jumped past the end',
          FRESH,
          { at: START.at + 100_000, monotonicMs: START.monotonicMs + 1 },
          wait('expired'),
        ],
        [
          'waits when the wall clock went back but the time has passed',
          FRESH,
          { at: START.at - 3_600_000, monotonicMs: START.monotonicMs + 90_000 },
          wait('expired'),
        ],
        [
          'gets the token when the wall clock went back and time is left',
          FRESH,
          { at: START.at - 3_600_000, monotonicMs: START.monotonicMs + 1 },
          SERVE,
        ],
        [
          'is let through when the wall clock jumped past a latch',
          latchedAt(START, 30_000),
          { at: START.at + 30_000, monotonicMs: START.monotonicMs },
          wait('initial'),
        ],
        [
          'is not held for longer when the wall clock went back',
          latchedAt(START, 30_000),
          { at: START.at - 3_600_000, monotonicMs: START.monotonicMs + 30_000 },
          wait('initial'),
        ],
      ],
    ],
    [
      'while refreshes pause',
      [
        ['causes none in the window', pausedAt(withRemaining(19_000), 5_000), withRemaining(14_001), SERVE],
        [
          'causes one when the pause is over',
          pausedAt(withRemaining(19_000), 5_000),
          withRemaining(14_000),
          SERVE_AND_REFRESH,
        ],
        [
          'waits all the same once the token is used up',
          pausedAt(withRemaining(19_000), 60_000),
          withRemaining(10_000),
          wait('expired'),
        ],
      ],
    ],
    [
      'after a failure that is remembered',
      [
        ['gets the error while there is no token', latchedAt(START, 30_000), after(29_999), FAIL],
        ['is let through when it is over', latchedAt(START, 30_000), after(30_000), wait('initial')],
        [
          'gets the token while it is good, and causes no refresh',
          latchedAt(withRemaining(15_000), 30_000, TOKEN),
          withRemaining(10_001),
          SERVE,
        ],
        [
          'gets the error once the token is used up',
          latchedAt(withRemaining(15_000), 30_000, TOKEN),
          withRemaining(10_000),
          FAIL,
        ],
        [
          'gets the error when it insists on a new token',
          latchedAt(START, 30_000, TOKEN),
          START,
          FAIL,
          { forceRefresh: true },
        ],
        [
          'gets the error when it needs more than is left',
          latchedAt(START, 30_000, TOKEN),
          after(10_001),
          FAIL,
          { minRemainingMs: 90_000 },
        ],
        [
          'gets the error where the last token was dropped',
          { ...latchedAt(START, 30_000), dropped: 'refused' },
          START,
          FAIL,
        ],
      ],
    ],
    [
      'that insists on a new token',
      [
        ['waits, however fresh the current one is', FRESH, START, wait('forced'), { forceRefresh: true }],
        ['waits, where there is none', {}, START, wait('forced'), { forceRefresh: true }],
        [
          'waits, whatever pauses',
          pausedAt(START, 60_000, true),
          START,
          wait('forced'),
          { forceRefresh: true },
        ],
      ],
    ],
    [
      'that needs a token for some time',
      [
        ['gets one that has just as much', FRESH, withRemaining(50_000), SERVE, { minRemainingMs: 50_000 }],
        [
          'waits for a new one where the current has less',
          FRESH,
          withRemaining(49_999),
          wait('refresh-ahead'),
          { minRemainingMs: 50_000 },
        ],
        [
          'gets the current one if the server has just said the same token again',
          pausedAt(withRemaining(50_000), 10_000, true),
          withRemaining(49_999),
          SERVE,
          { minRemainingMs: 50_000 },
        ],
        [
          'waits again when that was a while ago',
          pausedAt(withRemaining(60_000), 10_000, true),
          withRemaining(49_999),
          wait('refresh-ahead'),
          { minRemainingMs: 50_000 },
        ],
        [
          'waits although refreshes behind its back pause',
          pausedAt(withRemaining(50_000), 10_000),
          withRemaining(49_999),
          wait('refresh-ahead'),
          { minRemainingMs: 50_000 },
        ],
        [
          'gets the current one, if young, where no token lives that long',
          FRESH,
          after(24_999),
          SERVE,
          { minRemainingMs: 100_001 },
        ],
        [
          'waits where no token lives that long, a quarter of a lifetime on',
          FRESH,
          after(25_000),
          wait('refresh-ahead'),
          { minRemainingMs: 100_001 },
        ],
      ],
    ],
    [
      'after a token was dropped',
      [
        ['waits, since the API refused it', { dropped: 'refused' }, START, wait('rejected')],
        ['waits, since somebody asked for that', { dropped: 'requested' }, START, wait('rejected')],
      ],
    ],
  ])('%s', (_, cases) => {
    it.each(cases)('%s', (_sentence, ...[entry, now, expected, need]) => {
      expect(decide(entry, now, need)).toEqual(expected);
    });
  });
});

describe('a refusal by the API', () => {
  const replacement = (lifetimeMs = 100_000): PolicyInput => ({
    token: { ...TOKEN, lifetimeMs, isReplacement: true },
  });
  const COOLDOWN = 30_000;

  it.each<
    [
      sentence: string,
      entry: PolicyInput,
      isCurrent: boolean,
      now: Instant,
      cooldownMs: number,
      RefusalDecision,
    ]
  >([
    ['replaces the current token', FRESH, true, START, COOLDOWN, 'replace'],
    ['of an older token leads to the current one', FRESH, false, START, COOLDOWN, 'use-current'],
    ['leads to the one being acquired where none is current', {}, false, START, COOLDOWN, 'use-current'],
    ['leaves a replacement inside the cooldown', replacement(), true, after(29_999), COOLDOWN, 'leave'],
    ['replaces a replacement after the cooldown', replacement(), true, after(30_000), COOLDOWN, 'replace'],
    [
      'leads past the cooldown where a newer one is there',
      replacement(),
      false,
      START,
      COOLDOWN,
      'use-current',
    ],
    ['replaces a replacement at once where the cooldown is 0', replacement(), true, START, 0, 'replace'],
    ['leaves one inside half its lifetime', replacement(40_000), true, after(19_999), COOLDOWN, 'leave'],
    ['replaces one after half its lifetime', replacement(40_000), true, after(20_000), COOLDOWN, 'replace'],
    [
      'counts the cooldown by whichever clock says more',
      replacement(),
      true,
      { at: START.at - 3_600_000, monotonicMs: START.monotonicMs + 30_000 },
      COOLDOWN,
      'replace',
    ],
  ])('%s', (_, entry, isCurrent, now, cooldownMs, expected) => {
    const refusal = { isCurrent, isBlank: false, wasDisplaced: false };
    expect(decideRefusal(entry, refusal, now, cooldownMs)).toBe(expected);
  });

  it('of a token of a time that is forgotten is remembered as a refusal', () => {
    const refusal = { isCurrent: false, isBlank: true, wasDisplaced: false };
    expect(decideRefusal({}, refusal, START, COOLDOWN)).toBe('replace');
  });

  it.each<[sentence: string, entry: PolicyInput, now: Instant, RefusalDecision]>([
    ['replaces it inside the cooldown', replacement(), after(1_000), 'replace-displaced'],
    ['replaces it as usual after the cooldown', replacement(), after(30_000), 'replace'],
  ])('of a token that another displaced %s', (_, entry, now, expected) => {
    const refusal = { isCurrent: true, isBlank: false, wasDisplaced: true };
    expect(decideRefusal(entry, refusal, now, COOLDOWN)).toBe(expected);
  });
});

describe('the delay of the next attempt', () => {
  const gap = { since: START, forMs: 40_000 };

  it.each<[sentence: string, entry: PolicyInput, now: Instant, expected: number]>([
    ['is 0 without a cooldown', FRESH, START, 0],
    ['is what is left of the latch', latchedAt(START, 30_000), after(10_000), 20_000],
    ['is 0 after the latch', latchedAt(START, 30_000), after(30_000), 0],
    ['is the pause while the token is served', pausedAt(START, 30_000), after(10_000), 20_000],
    ['is the longest of pause and gap', { ...pausedAt(START, 30_000), refreshGap: gap }, START, 40_000],
    ['is not the pause once the token has ended', pausedAt(START, 200_000), withRemaining(10_000), 0],
    [
      'ends by the clock that is further ahead',
      latchedAt(START, 30_000),
      { at: START.at + 1_000, monotonicMs: START.monotonicMs + 25_000 },
      5_000,
    ],
  ])('%s', (_, entry, now, expected) => {
    expect(attemptDelayMs(entry, now)).toBe(expected);
  });
});

describe('the instant of the next refresh', () => {
  it.each<[sentence: string, entry: PolicyInput, afterMs: number | undefined]>([
    ['is unknown without a token', {}, undefined],
    ['is the begin of the window', FRESH, 80_000],
    ['is the end of a pause in the window', pausedAt(after(78_000), 7_000), 85_000],
    ['is not put off by a pause that is over before', pausedAt(after(10_000), 30_000), 80_000],
    ['is the skew at the latest', pausedAt(after(85_000), 30_000), 90_000],
    ['is the skew where the window is shorter', { token: { ...TOKEN, refreshAheadMs: 5_000 } }, 90_000],
  ])('%s', (_, entry, afterMs) => {
    expect(refreshDueAt(entry)).toBe(afterMs === undefined ? undefined : START.at + afterMs);
  });
});
