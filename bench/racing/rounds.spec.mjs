import { describe, expect, it } from '@jest/globals';
import { isAsked, orderOf } from './rounds.mjs';

describe('the order of rounds', () => {
  it('begins with another contender each time', () => {
    const orders = [0, 1, 2, 3].map((round) => orderOf(['a', 'b', 'c'], round).join(''));

    expect(orders).toEqual(['abc', 'bca', 'cab', 'abc']);
  });
});

describe('a contender', () => {
  const quick = { isFocus: false, rounds: [{ tookMs: 10 }] };
  const slow = { isFocus: false, rounds: [{ tookMs: 9_000 }] };

  it('takes part in every round by default', () => {
    expect(isAsked(quick, 1, {})).toBe(true);
  });

  it('takes part in every n-th round if it has no target', () => {
    const asked = [0, 1, 2, 3, 4].map((round) => isAsked(quick, round, { peersEvery: 2 }));

    expect(asked).toEqual([true, false, true, false, true]);
  });

  it('takes part once if a round takes too long', () => {
    expect(isAsked(slow, 1, { onceIfOverMs: 5_000 })).toBe(false);
  });

  it('takes part in every round if it has targets', () => {
    expect(isAsked({ ...slow, isFocus: true }, 1, { peersEvery: 2, onceIfOverMs: 5_000 })).toBe(true);
  });
});
