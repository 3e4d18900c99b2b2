import { describe, expect, it } from '@jest/globals';
import { elapsedMs, momentOf, PassingTime, SystemClock, type Moment } from './clock.js';

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

describe('a moment of the system', () => {
  it('is now by both clocks, to the millisecond', () => {
    const before = { at: Date.now(), ticks: performance.now() };

    const moment = momentOf(new SystemClock());

    expect(moment.at).toBeGreaterThanOrEqual(before.at);
    expect(moment.ticks).toBeGreaterThan(before.ticks - 1);
    expect(moment.ticks).toBeLessThanOrEqual(performance.now());
  });

  it('goes on', () => {
    const clock = new SystemClock();
    const first = momentOf(clock);
    while (Date.now() === first.at);

    const second = momentOf(clock);

    expect(second.at).toBeGreaterThan(first.at);
    expect(second.ticks).toBeGreaterThan(first.ticks);
  });
});

describe('passing time', () => {
  it('grows by what either clock says has passed, and is never set back', () => {
    const hands = { at: 0, ticks: 0 };
    const time = new PassingTime({ now: () => hands.at, monotonic: () => hands.ticks });
    const begin = time.now();
    const passed: number[] = [];
    for (const [at, ticks] of [
      [100, 100],
      [1_100, 100],
      [-5_000, 150],
      [-4_900, 250],
    ] as const) {
      Object.assign(hands, { at, ticks });
      passed.push(time.now() - begin);
    }

    expect(begin).toBeGreaterThan(0);
    expect(passed).toEqual([100, 1_100, 1_150, 1_250]);
  });
});
