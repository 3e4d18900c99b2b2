import { describe, expect, it } from '@jest/globals';
import type { Instant } from '../base/clock.js';
import { RecentTokens } from './recent-tokens.js';

const after = (ms: number): Instant => ({ at: ms, monotonicMs: ms });

describe('tokens that were replaced a moment ago', () => {
  it('are known for two minutes', () => {
    const tokens = new RecentTokens();
    tokens.note('old', after(0));
    tokens.note('newer', after(60_000));

    expect(tokens.values(after(119_999))).toEqual(['old', 'newer']);
    expect(tokens.values(after(120_000))).toEqual(['newer']);
    expect(tokens.values(after(180_000))).toEqual([]);
  });

  it('are forgotten for good once they were too old', () => {
    const tokens = new RecentTokens();
    tokens.note('old', after(0));
    tokens.values(after(120_000));

    expect(tokens.values(after(0))).toEqual([]);
  });

  it('are five at most, the latest ones', () => {
    const tokens = new RecentTokens();
    for (const value of ['a', 'b', 'c', 'd', 'e', 'f']) tokens.note(value, after(0));

    expect(tokens.values(after(0))).toEqual(['b', 'c', 'd', 'e', 'f']);
  });

  it('are kept once each, from the last time on', () => {
    const tokens = new RecentTokens();
    tokens.note('a', after(0));
    tokens.note('b', after(0));
    tokens.note('a', after(60_000));

    expect(tokens.values(after(119_999))).toEqual(['b', 'a']);
    expect(tokens.values(after(130_000))).toEqual(['a']);
  });
});
