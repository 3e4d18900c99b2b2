import { describe, expect, it } from '@jest/globals';
import { RefusedTokens } from './refused-tokens.js';

describe('the tokens that an API refused', () => {
  it('are known until the token endpoint issues them once more', () => {
    const tokens = new RefusedTokens();
    tokens.note('a');
    tokens.note('b');
    tokens.forget('a');

    expect([tokens.has('a'), tokens.has('b'), tokens.has('c')]).toEqual([false, true, false]);
  });

  it('are a thousand at most, the latest ones', () => {
    const tokens = new RefusedTokens();
    for (let index = 0; index < 1_000; index += 1) tokens.note(`token-${index}`);
    expect(tokens.has('token-0')).toBe(true);

    tokens.note('token-0');
    tokens.note('token-1000');

    expect(['token-0', 'token-1', 'token-2'].map((value) => tokens.has(value))).toEqual([true, false, true]);
  });

  it('are counted, so that a look shows whether there is a new one', () => {
    const tokens = new RefusedTokens();
    const counts = ['a', 'a', 'b'].map((value) => {
      tokens.note(value);
      return tokens.count;
    });

    expect(counts).toEqual([1, 2, 3]);
  });
});
