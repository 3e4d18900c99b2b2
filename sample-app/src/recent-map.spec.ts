import { describe, expect, it } from '@jest/globals';
import { RecentMap } from './recent-map.js';

describe('a map of recent entries', () => {
  it('forgets an entry after its time', () => {
    let now = 0;
    const map = new RecentMap<string>({ keptMs: 1_000, max: 10, now: () => now });

    map.set('first', 'a');
    now = 999;
    const before = [map.get('first'), map.size];
    now = 1_000;

    expect(before).toEqual(['a', 1]);
    expect([map.get('first'), map.size]).toEqual([undefined, 0]);
  });

  it('counts the time from the last change', () => {
    let now = 0;
    const map = new RecentMap<string>({ keptMs: 1_000, max: 10, now: () => now });
    map.set('first', 'a');
    map.set('second', 'b');

    now = 500;
    map.set('first', 'c');
    now = 1_200;

    expect([map.get('first'), map.get('second')]).toEqual(['c', undefined]);
  });

  it('forgets the oldest entry when there are too many', () => {
    const map = new RecentMap<number>({ keptMs: 1_000, max: 2 });

    for (const [index, key] of ['first', 'second', 'third'].entries()) map.set(key, index);

    expect([map.get('first'), map.get('second'), map.get('third')]).toEqual([undefined, 1, 2]);
  });
});
