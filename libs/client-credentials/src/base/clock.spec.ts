import { describe, expect, it } from '@jest/globals';
import { elapsedMs, instantClockOf, StopWatch, type Instant } from './clock.js';

const INSTANT: Instant = { at: 1_000, monotonicMs: 10 };

describe('the elapsed time', () => {
  it.each<[string, Instant, number]>([
    ['is the difference of both clocks', { at: 1_500, monotonicMs: 510 }, 500],
    ['is the wall-clock difference after the machine slept', { at: 61_000, monotonicMs: 11 }, 60_000],
    ['is the monotonic difference after the wall clock was set back', { at: 0, monotonicMs: 510 }, 500],
  ])('%s', (_, now, expected) => {
    expect(elapsedMs(INSTANT, now)).toBe(expected);
  });
});

describe('an instant', () => {
  it('is read from both clocks', () => {
    expect(instantClockOf({ now: () => 7, monotonic: () => 3 }).instant()).toEqual({ at: 7, monotonicMs: 3 });
  });

  it('uses the monotonic time of the process if the clock has none', () => {
    const before = performance.now();

    const { at, monotonicMs } = instantClockOf({ now: () => 7 }).instant();

    expect(at).toBe(7);
    expect(monotonicMs).toBeGreaterThanOrEqual(before);
  });
});

describe('an instant of the system clock', () => {
  it('is the current time of both clocks, to the millisecond', () => {
    const before = { at: Date.now(), monotonicMs: performance.now() };

    const instant = instantClockOf(undefined).instant();

    expect(instant.at).toBeGreaterThanOrEqual(before.at);
    expect(instant.monotonicMs).toBeGreaterThan(before.monotonicMs - 1);
    expect(instant.monotonicMs).toBeLessThanOrEqual(performance.now());
  });

  it('advances', () => {
    const clock = instantClockOf(undefined);
    const first = clock.instant();
    while (Date.now() === first.at);

    const second = clock.instant();

    expect(second.at).toBeGreaterThan(first.at);
    expect(second.monotonicMs).toBeGreaterThan(first.monotonicMs);
  });
});

describe('a stopwatch', () => {
  it('advances by the larger delta of the two clocks, and never goes back', () => {
    const times = { at: 0, monotonicMs: 0 };
    const watch = new StopWatch(instantClockOf({ now: () => times.at, monotonic: () => times.monotonicMs }));
    const elapsed = [watch.elapsedMs()];
    for (const [at, monotonicMs] of [
      [100, 100],
      [1_100, 100],
      [-5_000, 150],
      [-4_900, 250],
    ] as const) {
      Object.assign(times, { at, monotonicMs });
      elapsed.push(watch.elapsedMs());
    }

    expect(elapsed).toEqual([0, 100, 1_100, 1_150, 1_250]);
  });
});
