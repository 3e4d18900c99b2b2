import { describe, expect, it } from '@jest/globals';
import { median, percentile } from './percentile.mjs';

describe('the median', () => {
  it('is the middle value in any order', () => {
    expect(median([30, 1, 2])).toBe(2);
  });

  it('is the mean of the two middle values of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('sorts numerically', () => {
    expect(median([9, 10, 100])).toBe(10);
  });

  it('is undefined for no values', () => {
    expect(median([])).toBeUndefined();
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])('of %d is the nearest rank', (share, expected) => {
    expect(percentile(hundred, share)).toBe(expected);
  });

  it('of few values is the highest one', () => {
    expect(percentile([1, 2, 3], 0.99)).toBe(3);
  });

  it('is undefined for no values', () => {
    expect(percentile([], 0.5)).toBeUndefined();
  });
});
