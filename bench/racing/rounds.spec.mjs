import { describe, expect, it } from '@jest/globals';
import { isAsked, orderOf } from './rounds.mjs';

describe('the order of rounds', () => {
  it('begins with another contender each time', () => {
    const orders = [0, 1, 2, 3].map((round) => orderOf(['a', 'b', 'c'], round).join(''));

    expect(orders).toEqual(['abc', 'bca', 'cab', 'abc']);
  });
});

describe('whether a contender is asked', () => {
  const quick = { isFocus: false, rounds: [{ tookMs: 10 }] };
  const slow = { isFocus: false, rounds: [{ tookMs: 9_000 }] };

  it('is asked in every round, as a rule', () => {
    expect(isAsked(quick, 1, {})).toBe(true);
  });

  it('is asked in every so manieth round, if it is not what the targets are about', () => {
    const asked = [0, 1, 2, 3, 4].map((round) => isAsked(quick, round, { peersEvery: 2 }));

    expect(asked).toEqual([true, false, true, false, true]);
  });

  it('is asked once, if a round takes too long', () => {
    expect(isAsked(slow, 1, { onceIfOverMs: 5_000 })).toBe(false);
  });

  it('is always asked, if the targets are about it', () => {
    expect(isAsked({ ...slow, isFocus: true }, 1, { peersEvery: 2, onceIfOverMs: 5_000 })).toBe(true);
  });
});
