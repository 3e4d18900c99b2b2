import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Instant } from '../base/clock.js';
import { IssuanceWindow, type SentIncrement } from './issuance-window.js';

const OPENED = Date.UTC(2030, 0, 1);
const WINDOW_MS = 1_000_000;
const NEAR_END_MS = 950_000;

const after = (ms: number): Instant => ({ at: OPENED + ms, monotonicMs: ms });

let window: IssuanceWindow;

/** Makes a request whose increment returns a value. */
function count(value: number, ms = 0): boolean {
  window.reserve();
  const isFirst = window.counted(window.send(), value, after(ms));
  window.admit();
  return isFirst;
}

/** Makes a request that the store does not count, or not yet. */
function spendAway(sent?: SentIncrement): void {
  window.reserve();
  window.admitUncounted(sent);
}

beforeEach(() => {
  window = new IssuanceWindow(WINDOW_MS, after(0));
});

describe('a window of token requests', () => {
  it('counts the requests of this process, but not those that are taken back', () => {
    window.reserve();
    window.reserve();
    window.refuse();

    expect([window.own, window.base, window.hasCounted]).toEqual([1, 0, false]);
  });

  it('knows of the larger of both counts', () => {
    expect(window.knownCount).toBe(1);
    count(1);
    expect(window.knownCount).toBe(2);
    count(7);
    expect([window.hasCounted, window.knownCount, window.countAt(7)]).toEqual([true, 8, 7]);
    for (let own = 2; own < 20; own += 1) window.reserve();
    expect([window.knownCount, window.countAt(7)]).toEqual([20, 20]);
  });

  it('tells which value began the counter', () => {
    expect([count(1), count(2)]).toEqual([true, false]);
  });

  it('is over when its time is, unless a request is reserved', () => {
    window.reserve();
    const whileReserved = window.isOver(after(WINDOW_MS));
    window.admit();

    expect(whileReserved).toBe(false);
    expect([window.isOver(after(WINDOW_MS - 1)), window.isOver(after(WINDOW_MS))]).toEqual([false, true]);
  });

  it('begins again after its end, with what is reserved', () => {
    count(1);
    window.reserve();
    window.isNearLimitTold = true;

    window.update(after(WINDOW_MS - 1));
    const before = window.own;
    window.update(after(WINDOW_MS));

    expect([before, window.own, window.hasCounted, window.isNearLimitTold]).toEqual([2, 1, false, false]);
  });
});

describe('the share of a process while the store gives no count', () => {
  it.each([
    ['a tenth of what is left', 60, 4],
    ['rounded down', 79, 2],
    ['at least one', 95, 1],
    ['one, where one is left', 99, 1],
    ['none, where nothing is left', 100, 0],
    ['none, where too many were made', 120, 0],
  ])('is %s', (_, counted, share) => {
    count(counted);

    const spent: boolean[] = [];
    for (let request = 0; request <= share; request += 1) {
      window.reserve();
      spent.push(window.isWithinShare(100));
      window.admitUncounted(undefined);
    }

    expect(spent).toEqual([...Array.from({ length: share }, () => true), false]);
  });

  it('is a tenth of what this process has left, where it made more than the counter says', () => {
    for (let own = 0; own < 80; own += 1) {
      window.reserve();
      window.admit();
    }

    const spent = [1, 2, 3].map(() => {
      window.reserve();
      const isWithin = window.isWithinShare(100);
      window.admitUncounted(undefined);
      return isWithin;
    });

    expect(spent).toEqual([true, true, false]);
  });

  it('counts what lost counters had counted', () => {
    count(1);
    count(40);
    count(1);
    window.reserve();

    const spent = [1, 2, 3, 4, 5, 6].map(() => {
      const isWithin = window.isWithinShare(100);
      window.admitUncounted(undefined);
      window.reserve();
      return isWithin;
    });

    expect([window.base, spent]).toEqual([40, [true, true, true, true, true, false]]);
  });

  it('is given again by the next count', () => {
    count(90);
    spendAway();
    window.reserve();
    const before = window.isWithinShare(100);
    window.counted(window.send(), 91, after(0));

    expect([before, window.isWithinShare(100)]).toEqual([false, true]);
  });
});

describe('a request that the store did not count', () => {
  beforeEach(() => {
    count(1);
    count(10);
  });

  it('is known, and counted later', () => {
    spendAway();
    spendAway();
    const known = window.knownCount;
    const [first, second, ...none] = window.sendDebt();

    const known2 = window.knownCount;
    window.counted(first as SentIncrement, 11, after(0));
    const known3 = window.knownCount;
    window.failed(second as SentIncrement);

    expect([known, known2, known3, window.knownCount, none.length]).toEqual([13, 13, 13, 13, 0]);
    expect(window.sendDebt()).toHaveLength(1);
  });

  it('is known while the store may count it', () => {
    const sent = window.send();
    spendAway(sent);

    const known = window.knownCount;
    window.counted(sent, 11, after(0));

    expect([known, window.knownCount, window.sendDebt()]).toEqual([12, 12, []]);
  });

  it('is counted later, where its increment fails late', () => {
    const sent = window.send();
    spendAway(sent);

    window.failed(sent);

    expect([window.knownCount, window.sendDebt().length]).toEqual([12, 1]);
  });

  it('is counted later, where its increment had failed', () => {
    window.reserve();
    const sent = window.send();
    window.failed(sent);
    const before = window.sendDebt();

    window.admitUncounted(sent);

    expect([before, window.sendDebt().length]).toEqual([[], 1]);
  });

  it('is not owed, where it was not made', () => {
    window.reserve();
    const sent = window.send();
    window.refuse(sent);

    window.counted(sent, 11, after(0));
    const known = window.knownCount;
    spendAway();

    expect([window.own, known, window.sendDebt()]).toEqual([3, 11, []]);
  });

  it('is owed to the store fifty at a time', () => {
    for (let request = 0; request < 60; request += 1) spendAway();

    expect([1, 2, 3].map(() => window.sendDebt().length)).toEqual([50, 10, 0]);
  });

  it('is forgotten with its window', () => {
    const sent = window.send();
    spendAway(sent);
    window.update(after(WINDOW_MS));

    window.failed(sent);

    expect([window.knownCount, window.sendDebt()]).toEqual([1, []]);
  });
});

describe('a counter that begins again', () => {
  beforeEach(() => {
    count(1);
    count(10);
  });

  it('goes on at what this process knew', () => {
    expect([count(1), window.base, window.knownCount]).toEqual([true, 10, 12]);
  });

  it('goes on at what is missing from an older copy', () => {
    expect([count(8), window.base, window.knownCount]).toEqual([false, 3, 12]);
  });

  it('is one that gives the last value once more', () => {
    expect([count(10), window.base, window.knownCount]).toEqual([false, 1, 12]);
  });

  it('is that of the next window near the end', () => {
    expect([count(1, NEAR_END_MS), window.base, window.own, window.knownCount]).toEqual([true, 0, 1, 2]);
  });

  it('is noticed once by concurrent requests', () => {
    const [first, second, lost] = [window.send(), window.send(), window.send()];
    window.counted(first, 1, after(0));
    window.counted(second, 2, after(0));

    const isFirst = window.counted(lost, 11, after(0));

    expect([window.base, window.knownCount, isFirst]).toEqual([10, 13, false]);
    expect(window.sendDebt()).toEqual([]);
  });

  it('lacks an earlier request whose increment was lost with it', () => {
    const sent = window.send();
    spendAway(sent);
    count(1);

    window.counted(sent, 11, after(0));

    expect([window.knownCount, window.sendDebt().length]).toEqual([13, 1]);
  });

  it('does not lack a request that was not made', () => {
    window.reserve();
    const sent = window.send();
    window.refuse(sent);
    count(1);

    window.counted(sent, 11, after(0));

    expect([window.knownCount, window.sendDebt()]).toEqual([12, []]);
  });

  it('takes no value from an earlier window', () => {
    const sent = window.send();
    count(1);
    window.update(after(WINDOW_MS));

    window.counted(sent, 11, after(WINDOW_MS));

    expect([window.hasCounted, window.knownCount]).toEqual([false, 1]);
  });
});

describe('what another process tells of the counter', () => {
  const at = OPENED;

  it('is nothing, where none told', () => {
    count(1);

    window.join(undefined, after(0));

    expect([window.own, window.knownCount]).toEqual([1, 2]);
  });

  it('is when the window opened, and what lost counters had counted', () => {
    window.reserve();
    window.admit();

    window.join({ id: 'a', at: OPENED - 400_000, base: 7 }, after(0));

    expect([window.own, window.base]).toEqual([1, 7]);
    expect(window.openedAt(after(0))).toBe(OPENED - 400_000);
    expect(window.counterMs(after(0))).toBe(600_000);
  });

  it('is of no use in a window that has ended', () => {
    window.join({ id: 'a', at: OPENED - WINDOW_MS, base: 7 }, after(0));

    expect(window.base).toBe(0);
  });

  it('never lowers what is known', () => {
    window.join({ id: 'a', at, base: 7 }, after(0));
    window.join({ id: 'a', at, base: 5 }, after(0));

    expect(window.base).toBe(7);
  });

  it.each([
    ['this process knew of more', 3, 10],
    ['the other process knew of more', 30, 30],
  ])('is that the counter was lost, where %s', (_, base, expected) => {
    window.join({ id: 'a', at, base: 0 }, after(0));
    count(1);
    count(10);

    window.join({ id: 'b', at, base }, after(0));

    expect([window.base, window.hasCounted, window.knownCount]).toEqual([expected, false, expected + 1]);
  });

  it.each([0, 10])('is a loss that this process has noticed already, with the base %d', (base) => {
    window.join({ id: 'a', at, base: 0 }, after(0));
    count(1);
    count(10);
    count(1);

    window.join({ id: 'b', at, base }, after(0));

    expect([window.base, window.hasCounted, window.knownCount]).toEqual([10, true, 12]);
  });

  it('is a second loss, after this process told of the first', () => {
    window.join({ id: 'a', at, base: 0 }, after(0));
    count(1);
    count(10);
    count(1);
    window.told('b');

    window.join({ id: 'c', at, base: 0 }, after(0));

    expect([window.base, window.hasCounted, window.knownCount]).toEqual([11, false, 12]);
  });

  it('is that an increment in flight is lost', () => {
    window.join({ id: 'a', at, base: 0 }, after(0));
    count(1);
    count(10);
    const sent = window.send();
    window.join({ id: 'b', at, base: 10 }, after(0));

    window.counted(sent, 11, after(0));

    expect(window.knownCount).toBe(11);
  });

  it('is the next window, near the end of this one', () => {
    window.join({ id: 'a', at, base: 0 }, after(0));
    count(1);
    window.reserve();

    window.join({ id: 'b', at: OPENED + NEAR_END_MS, base: 2 }, after(NEAR_END_MS));

    expect([window.own, window.base, window.hasCounted]).toEqual([1, 2, false]);
    expect(window.remainingMs(after(NEAR_END_MS))).toBe(WINDOW_MS);
  });
});
