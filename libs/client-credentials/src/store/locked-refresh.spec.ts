import { describe, expect, it } from '@jest/globals';
import { pollDelayMs } from './locked-refresh.js';

describe('who waits for a token that somebody else acquires', () => {
  it('looks soon at first, then seldom, and never all at once', () => {
    const longest = [0, 1, 2, 6, 100].map((poll) => pollDelayMs(poll, 1));
    const shortest = [0, 1, 2, 6, 100].map((poll) => pollDelayMs(poll, 0));

    expect(longest).toEqual([50, 75, 112.5, 500, 500]);
    expect(shortest).toEqual([25, 37.5, 56.25, 250, 250]);
  });
});
