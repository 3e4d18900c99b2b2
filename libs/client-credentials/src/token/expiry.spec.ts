import { describe, expect, it } from '@jest/globals';
import { marginsOf } from './expiry.js';

const NO_JITTER = 0.5;

describe('the margins of a token', () => {
  it.each([
    // seconds: lifetime, skew, refresh ahead
    [1, 0.1, 0.2],
    [2, 0.2, 0.4],
    [3, 1, 2],
    [10, 1, 2],
    [60, 6, 12],
    [300, 30, 60],
    [900, 30, 180],
    [3_600, 30, 300],
    [86_400, 30, 300],
    [2_592_000, 30, 300],
  ])('of %d s: not sent in the last %d s, renewed in the last %d s', (lifetime, skew, ahead) => {
    const { skewMs, refreshAheadMs } = marginsOf(lifetime * 1000, {}, NO_JITTER);

    expect(skewMs).toBeCloseTo(skew * 1000);
    expect(refreshAheadMs).toBeCloseTo(ahead * 1000);
  });

  it.each([
    ['10 % earlier', 1, 330_000],
    ['10 % later', 0, 270_000],
  ])('spread the default window, up to %s', (_, random, expected) => {
    expect(marginsOf(3_600_000, {}, random).refreshAheadMs).toBeCloseTo(expected);
  });

  it.each([0, 0.5, 1])('leave a configured window as it is (random %d)', (random) => {
    const { refreshAheadMs } = marginsOf(3_600_000, { refreshAheadSeconds: 120 }, random);

    expect(refreshAheadMs).toBe(120_000);
  });

  it.each([
    ['is kept', 60, 5, 5_000],
    ['of 0 is kept', 60, 0, 0],
    ['just below the lifetime is kept', 60, 59, 59_000],
    ['of the whole lifetime gives way', 60, 60, 6_000],
    ['beyond the lifetime gives way', 10, 300, 1_000],
  ])('a configured skew %s (lifetime %d s, skew %d s)', (_, lifetime, expirySkewSeconds, expected) => {
    const { skewMs } = marginsOf(lifetime * 1000, { expirySkewSeconds }, NO_JITTER);

    expect(skewMs).toBeCloseTo(expected);
  });

  it('widen the default window to twice a configured skew', () => {
    expect(marginsOf(600_000, { expirySkewSeconds: 100 }, NO_JITTER).refreshAheadMs).toBe(200_000);
  });
});
