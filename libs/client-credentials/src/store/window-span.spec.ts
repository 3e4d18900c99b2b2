import { describe, expect, it } from '@jest/globals';
import type { Instant } from '../base/clock.js';
import { WindowSpan } from './window-span.js';

const OPENED = Date.UTC(2030, 0, 1);
const WINDOW_MS = 1_000_000;
const HOURS_10_MS = 36_000_000;

/** Milliseconds after the span was made, by both clocks. */
const after = (ms: number): Instant => ({ at: OPENED + ms, monotonicMs: ms });

describe('the span of a window', () => {
  it('begins with the process, where nothing is known of another one', () => {
    const span = new WindowSpan(WINDOW_MS, after(0));

    expect(span.remainingMs(after(400))).toBe(WINDOW_MS - 400);
    expect(span.openedAt(after(400))).toBe(OPENED);
    expect(span.isLossCertain(after(400))).toBe(false);
    expect(span.counterMs(after(400))).toBe(WINDOW_MS);
  });

  it('is as old as another process says', () => {
    const span = new WindowSpan(WINDOW_MS, after(0));

    const isThisWindow = span.join(OPENED - 300_000, after(1_000));

    expect(isThisWindow).toBe(true);
    expect(span.remainingMs(after(1_000))).toBe(WINDOW_MS - 301_000);
    expect(span.openedAt(after(1_000))).toBe(OPENED - 300_000);
    expect(span.counterMs(after(1_000))).toBe(WINDOW_MS - 301_000);
  });

  it('is not changed by what a further process says', () => {
    const span = new WindowSpan(WINDOW_MS, after(0));
    span.join(OPENED, after(0));

    const isThisWindow = span.join(OPENED - 300_000, after(0));

    expect(isThisWindow).toBe(true);
    expect(span.remainingMs(after(0))).toBe(WINDOW_MS);
  });

  it.each([
    ['a window that has just ended', OPENED - WINDOW_MS],
    ['a window of long ago', OPENED - 2 * WINDOW_MS],
    ['no instant', Number.NaN],
  ])('does not join %s', (_, openedAt) => {
    const span = new WindowSpan(WINDOW_MS, after(0));

    expect(span.join(openedAt, after(0))).toBe(false);
    expect(span.remainingMs(after(0))).toBe(WINDOW_MS);
    expect(span.isLossCertain(after(0))).toBe(false);
  });

  it('is not known from a clock that is ahead', () => {
    const span = new WindowSpan(WINDOW_MS, after(0));

    expect(span.join(OPENED + 1, after(0))).toBe(true);
    expect(span.remainingMs(after(0))).toBe(WINDOW_MS);
    expect(span.isLossCertain(after(0))).toBe(false);
  });

  it('is known where the counter began with a request of this process', () => {
    const span = new WindowSpan(WINDOW_MS, after(0));

    span.began(after(10));

    expect(span.isLossCertain(after(10))).toBe(true);
    expect(span.counterMs(after(10))).toBe(WINDOW_MS - 10);
  });

  it('goes on where the counter was lost, and began again with a request of this process', () => {
    const span = new WindowSpan(WINDOW_MS, after(0));
    span.join(OPENED - 300_000, after(0));

    span.began(after(0));

    expect(span.remainingMs(after(0))).toBe(WINDOW_MS - 300_000);
  });

  it('begins where the counter of a window near its end began again', () => {
    const span = new WindowSpan(WINDOW_MS, after(0));
    span.join(OPENED - 950_000, after(0));

    span.began(after(0));

    expect(span.remainingMs(after(0))).toBe(WINDOW_MS);
  });

  it('begins anew when it is restarted', () => {
    const span = new WindowSpan(WINDOW_MS, after(0));
    span.join(OPENED - 300_000, after(0));

    span.restart(after(500));

    expect(span.remainingMs(after(500))).toBe(WINDOW_MS);
    expect(span.isLossCertain(after(500))).toBe(false);
  });
});

describe('the loss of a counter', () => {
  it.each([
    ['a tenth of a short window', WINDOW_MS, 100_000],
    ['five minutes of a long one', HOURS_10_MS, 300_000],
  ])('is certain until %s is left', (_, windowMs, endMs) => {
    const span = new WindowSpan(windowMs, after(0));
    span.began(after(0));

    expect(span.isLossCertain(after(windowMs - endMs - 1))).toBe(true);
    expect(span.isLossCertain(after(windowMs - endMs))).toBe(false);
    expect(span.counterMs(after(windowMs - endMs - 1))).toBe(endMs + 1);
    expect(span.counterMs(after(windowMs - endMs))).toBe(windowMs);
  });
});
