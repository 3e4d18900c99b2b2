import { describe, expect, it } from '@jest/globals';
import { sendsInClear } from './clear-proxy.js';

describe('an axios that hands https requests to a proxy in the clear', () => {
  it.each([
    ['0.28.0', true],
    ['1.12.0', true],
    ['1.16.0', true],
    ['1.16.1', false],
    ['1.17.0', false],
    ['1.21.1', false],
    ['2.0.0', false],
  ])('is known by its version: %s', (VERSION, expected) => {
    expect(sendsInClear({ VERSION })).toBe(expected);
  });

  it('is not a mock without a version', () => {
    expect(sendsInClear({})).toBe(false);
    expect(sendsInClear(undefined)).toBe(false);
  });
});
