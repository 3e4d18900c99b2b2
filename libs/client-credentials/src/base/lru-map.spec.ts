import { describe, expect, it } from '@jest/globals';
import { LruMap } from './lru-map.js';

function mapOf(max: number, ...keys: string[]): { map: LruMap<string, string>; evicted: string[] } {
  const evicted: string[] = [];
  const map = new LruMap<string, string>(max, (value, key) => void evicted.push(`${key}=${value}`));
  for (const key of keys) map.set(key, key.toUpperCase());
  return { map, evicted };
}

const keysOf = (map: LruMap<string, string>): string[] => [...map.entries()].map(([key]) => key);

describe('a map of limited size', () => {
  it('holds as many values as there is room for', () => {
    const { map, evicted } = mapOf(3, 'a', 'b', 'c');

    expect([...map.entries()]).toEqual([
      ['a', 'A'],
      ['b', 'B'],
      ['c', 'C'],
    ]);
    expect(evicted).toEqual([]);
  });

  it('gives up what was used longest ago, one value for each new one', () => {
    const { map, evicted } = mapOf(2, 'a', 'b', 'c', 'd');

    expect(keysOf(map)).toEqual(['c', 'd']);
    expect(evicted).toEqual(['a=A', 'b=B']);
    expect(map.get('a')).toBeUndefined();
  });

  it('counts a look-up as a use', () => {
    const { map, evicted } = mapOf(3, 'a', 'b', 'c');

    const found = ['c', 'a', 'a'].map((key) => map.get(key));
    map.set('d', 'D');
    map.set('e', 'E');

    expect(found).toEqual(['C', 'A', 'A']);
    expect(evicted).toEqual(['b=B', 'c=C']);
  });

  it('counts no use if the look-up says so', () => {
    const { map, evicted } = mapOf(2, 'a', 'b');

    const found = [map.peek('a'), map.peek('unknown')];
    map.set('c', 'C');

    expect(found).toEqual(['A', undefined]);
    expect(evicted).toEqual(['a=A']);
  });

  it('counts a new value of a known key as a use, and needs no room for it', () => {
    const { map, evicted } = mapOf(2, 'a', 'b');

    map.set('a', 'again');
    map.set('c', 'C');

    expect([...map.entries()]).toEqual([
      ['a', 'again'],
      ['c', 'C'],
    ]);
    expect(evicted).toEqual(['b=B']);
  });

  it('finds nothing that was deleted, and has room for another', () => {
    const { map, evicted } = mapOf(2, 'a', 'b');

    map.delete('b');
    map.delete('unknown');
    const found = map.get('b');
    map.set('b', 'anew');
    map.get('a');
    map.set('c', 'C');

    expect(found).toBeUndefined();
    expect(keysOf(map)).toEqual(['a', 'c']);
    expect(evicted).toEqual(['b=anew']);
  });
});
