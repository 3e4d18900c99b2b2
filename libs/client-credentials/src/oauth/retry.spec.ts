import { describe, expect, it } from '@jest/globals';
import { backOffMs, isTransientStatus, retryAtOf } from './retry.js';

const NOW = Date.parse('2030-01-01T00:00:00.000Z');

describe('another attempt', () => {
  it.each([407, 408, 425, 429, 500, 502, 503, 504, 599])('may succeed after %d', (status) => {
    expect(isTransientStatus(status)).toBe(true);
  });

  it.each([200, 204, 301, 400, 401, 403, 404, 409, 418])('is not made after %d', (status) => {
    expect(isTransientStatus(status)).toBe(false);
  });

  it.each([
    // attempt, random, milliseconds
    [1, 0, 0],
    [1, 1, 250],
    [2, 1, 500],
    [3, 0.5, 500],
    [6, 1, 5_000],
    [60, 1, 5_000],
    [5_000, 0.5, 2_500],
  ])('after attempt %d waits, with random %d, %d ms', (attempt, random, expected) => {
    expect(backOffMs(attempt, random)).toBe(expected);
  });

  it('waits a second longer for a token that is about to expire', () => {
    expect(backOffMs(1, 1, true)).toBe(1_250);
  });
});

describe('the instant before which the server must not be called', () => {
  it.each<[string, status: number, headers: Record<string, string>, expected: number | undefined]>([
    ['is undefined without a header', 429, {}, undefined],
    ['is in seconds', 429, { 'retry-after': '7' }, NOW + 7_000],
    ['is in seconds with blanks', 503, { 'retry-after': ' 7 ' }, NOW + 7_000],
    ['is in seconds with a fraction', 503, { 'retry-after': '1.25' }, NOW + 1_250],
    ['is undefined for zero seconds', 503, { 'retry-after': '0' }, undefined],
    [
      'is undefined for a date in the past',
      429,
      { 'retry-after': 'Tue, 01 Jan 2019 00:00:07 GMT' },
      undefined,
    ],
    ['is a date', 503, { 'retry-after': 'Tue, 01 Jan 2030 00:00:07 GMT' }, NOW + 7_000],
    ['is undefined for a date without a time', 503, { 'retry-after': '2031-01-01' }, undefined],
    ['is X-RateLimit-Reset with blanks', 429, { 'x-ratelimit-reset': ` ${NOW / 1000 + 7} ` }, NOW + 7_000],
    ['is X-RateLimit-Reset', 429, { 'x-ratelimit-reset': String(NOW / 1000 + 7) }, NOW + 7_000],
    [
      'is X-RateLimit-Reset with a fraction',
      429,
      { 'x-ratelimit-reset': `${NOW / 1000 + 7}.5` },
      NOW + 7_500,
    ],
    ['prefers Retry-After', 429, { 'retry-after': '1', 'x-ratelimit-reset': '1893456007' }, NOW + 1_000],
    [
      'is X-RateLimit-Reset if Retry-After is invalid',
      429,
      { 'retry-after': 'soon', 'x-ratelimit-reset': '1893456007' },
      NOW + 7_000,
    ],
    ['is undefined for X-RateLimit-Reset in the past', 429, { 'x-ratelimit-reset': '60' }, undefined],
    [
      'ignores X-RateLimit-Reset beside another status',
      503,
      { 'x-ratelimit-reset': '1893456007' },
      undefined,
    ],
    ['is undefined for a number with a unit', 429, { 'retry-after': '7 days' }, undefined],
    ['is undefined for invalid text', 429, { 'retry-after': 'soon' }, undefined],
    ['is undefined for negative seconds', 429, { 'retry-after': '-5' }, undefined],
  ])('%s', (_, status, headers, expected) => {
    expect(retryAtOf(status, headers, NOW)).toBe(expected);
  });

  it.each<[string, Record<string, string>]>([
    ['Retry-After', { 'retry-after': '99999999999999999999' }],
    ['X-RateLimit-Reset in nanoseconds', { 'x-ratelimit-reset': '1893456007000000000' }],
  ])('fits into a Date, however large %s is', (_, headers) => {
    expect(() => new Date(retryAtOf(429, headers, NOW) ?? 0).toISOString()).not.toThrow();
  });
});
