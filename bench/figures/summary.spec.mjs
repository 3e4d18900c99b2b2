import { describe, expect, it } from '@jest/globals';
import { summarize } from './summary.mjs';

const roundsOf = (...values) => values.map((times, round) => ({ round, times }));

describe('the summary of a scenario', () => {
  const figures = [{ key: 'times', isRatio: true }];
  const results = [
    { id: 'ours', rounds: roundsOf(6, 5, 60) },
    { id: 'quick', rounds: roundsOf(10, 2, 3) },
    { id: 'slow', rounds: roundsOf(5, 50, 50) },
    { id: 'byHand', isCacheByHand: true, rounds: roundsOf(1, 1, 1) },
  ];
  const peers = ['quick', 'slow', 'byHand'];
  const oursWith = (ratio) => summarize({ figures, ratios: [ratio] }, results, peers)[0];

  it('has the median of all rounds, unaffected by one bad round', () => {
    const [ours, quick] = summarize({ figures, ratios: [] }, results, peers);

    expect([ours.medians.times, quick.medians.times]).toEqual([6, 3]);
  });

  it('gives a ratio the quartiles of its rounds', () => {
    const [ours] = summarize({ figures, ratios: [] }, results, peers);

    expect(ours.ratios.times).toEqual({ median: 6, quartiles: [5, 60], rounds: 3 });
  });

  it('compares with the peer of the lowest median, not with this library or a baseline', () => {
    const { ratios } = oursWith({ key: 'leanest', of: 'times' });

    expect(ratios.leanest.median).toBe(6);
  });

  it('leaves out peers with the excluded property', () => {
    const { ratios } = oursWith({ key: 'leanest', of: 'times', without: 'isCacheByHand' });

    expect(ratios.leanest).toEqual({ median: 2, quartiles: [5 / 3, 20], rounds: 3 });
  });

  it('has no value for figures that no round has', () => {
    const ratios = [{ key: 'leanest', of: 'times' }];

    const [row] = summarize({ figures, ratios }, [{ id: 'quick', rounds: [{ round: 0 }] }], peers);

    expect(row).toMatchObject({
      medians: { times: undefined },
      ratios: { times: undefined, leanest: undefined },
    });
  });
});
