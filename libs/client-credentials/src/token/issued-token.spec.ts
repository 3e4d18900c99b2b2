import { describe, expect, it } from '@jest/globals';
import { isToken, lifeLeftMs } from './issued-token.js';

describe('a token that a header can carry', () => {
  it.each([
    ['one character', 'T', true],
    ['every character but a blank', '!~"00D[]', true],
    ['nothing', '', false],
    ['a blank', 'a b', false],
    ['a line break at its end', 'T\n', false],
    ['a letter beyond ASCII', 'tökén', false],
    ['a number', 7, false],
    ['an object that reads as one', { toString: () => 'T' }, false],
    ['no value', undefined, false],
  ])('is, or is not, %s', (_, value, expected) => {
    expect(isToken(value)).toBe(expected);
  });
});

describe('the life that an issued token has left', () => {
  it('is what both clocks leave', () => {
    const token = {
      value: 'T',
      type: 'Bearer',
      scopes: [],
      requested: { at: 1_000, monotonicMs: 50 },
      lifetimeMs: 60,
    };

    expect(lifeLeftMs(token, { at: 1_010, monotonicMs: 60 })).toBe(50);
    expect(lifeLeftMs(token, { at: 500, monotonicMs: 70 })).toBe(40);
    expect(lifeLeftMs(token, { at: 1_100, monotonicMs: 60 })).toBe(-40);
  });
});
