import { describe, expect, it } from '@jest/globals';
import { demandOf, judge, judgeAll } from './judgement.mjs';

describe('the judgement of a target', () => {
  it.each([
    ['at most', { atMost: 1.03 }, 1.03, true, true],
    ['at most, missed', { atMost: 1.03 }, 1.04, false, true],
    ['at most, twice as much', { atMost: 1.03 }, 2.06, false, true],
    ['at most, more than twice', { atMost: 1.03 }, 2.07, false, false],
    ['at most, twice what was reached', { atMost: 0.75, reached: 1.5 }, 3, false, true],
    ['at most, more than twice what was reached', { atMost: 0.75, reached: 1.5 }, 3.1, false, false],
    ['at least', { atLeast: 0.97 }, 0.97, true, true],
    ['at least, missed', { atLeast: 0.97 }, 0.5, false, true],
    ['at least, less than half', { atLeast: 0.97 }, 0.48, false, false],
    ['exactly', { exactly: 1 }, 1, true, true],
    ['exactly, missed', { exactly: 1 }, 2, false, false],
    ['not measured', { atMost: 1 }, undefined, false, false],
    ['not a number', { atMost: 1 }, Number.NaN, false, false],
  ])('%s', (_, target, value, isMet, isNear) => {
    expect(judge(target, value)).toEqual({ isMet, isNear });
  });

  it.each([
    [{ exactly: 0 }, 'exactly 0'],
    [{ atMost: 800 }, 'at most 800'],
    [{ atLeast: 0.97 }, 'at least 0.97'],
  ])('of %p is described as %s', (target, text) => {
    expect(demandOf(target)).toBe(text);
  });
});

describe('the judgement of a run', () => {
  const rows = [
    { id: 'ours', medians: { requests: 1 }, ratios: { floor: { median: 1.5 } } },
    { id: 'absent', abstains: 'has none', medians: {}, ratios: {} },
  ];
  const scenarios = [{ id: 'a1', rows }];

  it('reads figures and ratios', () => {
    const targets = [
      { scenario: 'a1', contender: 'ours', figure: 'requests', exactly: 1 },
      { scenario: 'a1', contender: 'ours', ratio: 'floor', atMost: 1.03 },
    ];

    const verdicts = judgeAll(targets, scenarios);

    expect(verdicts.map(({ value, isMet }) => [value, isMet])).toEqual([
      [1, true],
      [1.5, false],
    ]);
  });

  it('leaves out targets that did not run', () => {
    const targets = [
      { scenario: 'b', contender: 'ours', figure: 'requests', exactly: 1 },
      { scenario: 'a1', contender: 'absent', figure: 'requests', exactly: 1 },
      { scenario: 'a1', contender: 'nobody', figure: 'requests', exactly: 1 },
    ];

    expect(judgeAll(targets, scenarios)).toEqual([]);
  });
});
