import { describe, expect, it } from '@jest/globals';
import type { Instant } from '../base/clock.js';
import type { IssuanceWindow } from './issuance-window.js';
import { IssuanceWindows } from './issuance-windows.js';

const WINDOW_MS = 1_000;

const after = (ms: number): Instant => ({ at: ms, monotonicMs: ms });

function openMany(windows: IssuanceWindows, from: number, to: number, now: Instant): IssuanceWindow[] {
  return Array.from({ length: to - from }, (_, index) => windows.current(`${from + index}`, WINDOW_MS, now));
}

describe('the windows of all clients', () => {
  it('are apart by counter and by length', () => {
    const windows = new IssuanceWindows();

    const first = windows.current('a', 1_000, after(0));

    expect(windows.current('a', 1_000, after(1))).toBe(first);
    expect(windows.current('b', 1_000, after(1))).not.toBe(first);
    expect(windows.current('a', 2_000, after(1))).not.toBe(first);
  });

  it('begin again when they have ended', () => {
    const windows = new IssuanceWindows();
    windows.current('a', WINDOW_MS, after(0)).reserve();

    const window = windows.current('a', WINDOW_MS, after(WINDOW_MS));
    window.admit();

    expect(window.remainingMs(after(WINDOW_MS))).toBe(WINDOW_MS);
  });

  it('are kept while there are few', () => {
    const windows = new IssuanceWindows();
    const [first] = openMany(windows, 0, 63, after(0));

    openMany(windows, 63, 64, after(WINDOW_MS));

    expect(windows.current('0', WINDOW_MS, after(WINDOW_MS))).toBe(first);
  });

  it('are dropped when there are many, once they have ended', () => {
    const windows = new IssuanceWindows();
    const [reserved, ended] = openMany(windows, 0, 63, after(0));
    reserved?.reserve();
    const [current] = openMany(windows, 63, 64, after(1));

    openMany(windows, 64, 65, after(WINDOW_MS));

    expect(windows.current('0', WINDOW_MS, after(WINDOW_MS))).toBe(reserved);
    expect(windows.current('1', WINDOW_MS, after(WINDOW_MS))).not.toBe(ended);
    expect(windows.current('63', WINDOW_MS, after(WINDOW_MS))).toBe(current);
  });

  it('are looked through only when they are twice as many as were left', () => {
    const windows = new IssuanceWindows();
    const [first] = openMany(windows, 0, 65, after(0));

    openMany(windows, 65, 128, after(WINDOW_MS));
    const atHalf = windows.current('0', WINDOW_MS, after(WINDOW_MS));
    openMany(windows, 128, 129, after(2 * WINDOW_MS));

    expect(atHalf).toBe(first);
    expect(windows.current('0', WINDOW_MS, after(2 * WINDOW_MS))).not.toBe(first);
  });
});
