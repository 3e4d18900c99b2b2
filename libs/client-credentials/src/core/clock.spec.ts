import { describe, expect, it } from '@jest/globals';
import { elapsedMs, momentOf, type Moment } from './clock.js';

const MOMENT: Moment = { at: 1_000, ticks: 10 };

describe('the time that has passed', () => {
  it.each<[string, Moment, number]>([
    ['is what both clocks say', { at: 1_500, ticks: 510 }, 500],
    ['is what the wall clock says after a machine slept', { at: 61_000, ticks: 11 }, 60_000],
    ['is what the monotonic clock says after the wall clock was set back', { at: 0, ticks: 510 }, 500],
  ])('%s', (_, now, expected) => {
    expect(elapsedMs(MOMENT, now)).toBe(expected);
  });
});

describe('a moment', () => {
  it('is read from both clocks that are given', () => {
    expect(momentOf({ now: () => 7, monotonic: () => 3 })).toEqual({ at: 7, ticks: 3 });
  });

  it('takes the monotonic time of the process where a clock has none', () => {
    const before = performance.now();

    const { at, ticks } = momentOf({ now: () => 7 });

    expect(at).toBe(7);
    expect(ticks).toBeGreaterThanOrEqual(before);
  });
});
