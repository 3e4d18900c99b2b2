import { describe, expect, it } from '@jest/globals';
import { elapsedMs, CacheClock, instantClockOf, type Instant } from './clock.js';

const MOMENT: Instant = { at: 1_000, monotonicMs: 10 };

describe('the time that has passed', () => {
  it.each<[string, Instant, number]>([
    ['is what both clocks say', { at: 1_500, monotonicMs: 510 }, 500],
    ['is what the wall clock says after a machine slept', { at: 61_000, monotonicMs: 11 }, 60_000],
    ['is what the monotonic clock says after the wall clock was set back', { at: 0, monotonicMs: 510 }, 500],
  ])('%s', (_, now, expected) => {
    expect(elapsedMs(MOMENT, now)).toBe(expected);
  });
});

describe('a moment', () => {
  it('is read from both clocks that are given', () => {
    expect(instantClockOf({ now: () => 7, monotonic: () => 3 }).instant()).toEqual({ at: 7, monotonicMs: 3 });
  });

  it('takes the monotonic time of the process where a clock has none', () => {
    const before = performance.now();

    const { at, monotonicMs } = instantClockOf({ now: () => 7 }).instant();

    expect(at).toBe(7);
    expect(monotonicMs).toBeGreaterThanOrEqual(before);
  });
});

describe('a moment of the system', () => {
  it('is now by both clocks, to the millisecond', () => {
    const before = { at: Date.now(), monotonicMs: performance.now() };

    const moment = instantClockOf(undefined).instant();

    expect(moment.at).toBeGreaterThanOrEqual(before.at);
    expect(moment.monotonicMs).toBeGreaterThan(before.monotonicMs - 1);
    expect(moment.monotonicMs).toBeLessThanOrEqual(performance.now());
  });

  it('goes on', () => {
    const clock = instantClockOf(undefined);
    const first = clock.instant();
    while (Date.now() === first.at);

    const second = clock.instant();

    expect(second.at).toBeGreaterThan(first.at);
    expect(second.monotonicMs).toBeGreaterThan(first.monotonicMs);
  });
});

describe('passing time', () => {
  it('grows by what either clock says has passed, and is never set back', () => {
    const hands = { at: 0, monotonicMs: 0 };
    const time = new CacheClock(instantClockOf({ now: () => hands.at, monotonic: () => hands.monotonicMs }));
    const begin = time.now();
    const passed: number[] = [];
    for (const [at, monotonicMs] of [
      [100, 100],
      [1_100, 100],
      [-5_000, 150],
      [-4_900, 250],
    ] as const) {
      Object.assign(hands, { at, monotonicMs });
      passed.push(time.now() - begin);
    }

    expect(begin).toBeGreaterThan(0);
    expect(passed).toEqual([100, 1_100, 1_150, 1_250]);
  });
});
