import { describe, expect, it } from '@jest/globals';
import { marginsOf } from './expiry.js';

const NO_JITTER = 0.5;

describe('the margins of a token', () => {
  it.each([
    // seconds: lifetime, skew, refresh ahead
    [1, 0.1, 0.2],
    [2, 0.2, 0.4],
    [3, 1, 1.3],
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

  it.each([
    // seconds: lifetime, skew, refresh ahead without jitter, the earliest, the latest
    ['covers the skew and a tenth of the lifetime', 60, 30, 36, 39.6, 32.4],
    ['covers the skew of a lifetime of seconds', 3, 1.5, 1.8, 1.98, 1.62],
    ['covers the skew and at most 30 s', 600, 100, 130, 143, 117],
    ['is jittered by less than the margin', 600, 300, 330, 352.5, 307.5],
    ['starts in the second half of the usable time', 10, 9, 9.5, 9.5, 9.125],
    ['is a share of the lifetime where the skew is small', 60, 0, 12, 13.2, 10.8],
  ])('%s: the default window (lifetime %d s, skew %d s)', (_, lifetime, expirySkewSeconds, ...expected) => {
    const windows = [NO_JITTER, 1, 0].map(
      (random) => marginsOf(lifetime * 1000, { expirySkewSeconds }, random).refreshAheadMs / 1000,
    );

    expect(windows).toEqual(expected);
  });
});
