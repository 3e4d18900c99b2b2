import { describe, expect, it, jest } from '@jest/globals';
import { TimedChange } from './timed-change.js';

describe('a change that ends by itself', () => {
  it('is undone once after its time, counted from its last beginning', () => {
    jest.useFakeTimers();
    let undone = 0;
    const change = new TimedChange(() => (undone += 1));

    change.begin(20);
    jest.advanceTimersByTime(19_000);
    change.begin(20);
    jest.advanceTimersByTime(19_999);
    const before = undone;
    jest.advanceTimersByTime(1);
    change.end();

    expect([before, undone]).toEqual([0, 1]);
    jest.useRealTimers();
  });

  it('is undone at once where somebody ends it, and not at all where it never began', () => {
    let undone = 0;
    const change = new TimedChange(() => (undone += 1));

    change.end();
    const before = undone;
    change.begin(20);
    change.end();

    expect([before, undone]).toEqual([0, 1]);
  });
});
