import { describe, expect, it } from '@jest/globals';
import { BusyAwareLru } from './lru.js';

interface Thing {
  readonly name: string;
  isBusy: boolean;
}

const thing = (name: string, isBusy = false): Thing => ({ name, isBusy });

function memory(max: number): { memory: BusyAwareLru<string, Thing>; forgotten: string[] } {
  const forgotten: string[] = [];
  const onEvicted = ({ name }: Thing): void => void forgotten.push(name);
  return { memory: new BusyAwareLru({ max, isBusy: ({ isBusy }) => isBusy, onEvicted }), forgotten };
}

const namesIn = (known: BusyAwareLru<string, Thing>): string[] =>
  [...known.entries()].map(([key]) => key).toSorted();

describe('what was used recently', () => {
  it('is found again', () => {
    const { memory: known } = memory(2);
    const a = thing('a');

    known.set('a', a);

    expect(known.get('a')).toBe(a);
    expect(known.get('b')).toBeUndefined();
  });

  it('stays when there is no more room, and what was used longest ago goes', () => {
    const { memory: known, forgotten } = memory(2);
    known.set('a', thing('a'));
    known.set('b', thing('b'));
    known.get('a');

    known.set('c', thing('c'));

    expect(namesIn(known)).toEqual(['a', 'c']);
    expect(forgotten).toEqual(['b']);
  });

  it('needs no note of a use until others have taken an eighth of the room', () => {
    const { memory: known, forgotten } = memory(16);
    let usedAt = known.set('a', thing('a'));
    for (const name of 'bcdefghijklmnop') {
      known.set(name, thing(name));
      if (known.insertions - usedAt >= known.slack) usedAt = known.markUsed('a');
    }

    known.set('q', thing('q'));
    known.set('r', thing('r'));

    expect(forgotten).toEqual(['b', 'c']);
    expect(known.slack).toBe(2);
    expect(known.markUsed('a')).toBeGreaterThan(usedAt);
  });

  it('is not forgotten at the use after it was busy', () => {
    const { memory: known, forgotten } = memory(1);
    const busy = thing('busy', true);
    known.set('busy', busy);
    known.set('b', thing('b'));
    busy.isBusy = false;

    const found = known.get('busy');

    expect(found).toBe(busy);
    expect(namesIn(known)).toEqual(['busy']);
    expect(forgotten).toEqual(['b']);
  });

  it('is not forgotten while it is busy, and is forgotten afterwards', () => {
    const { memory: known, forgotten } = memory(1);
    const busy = thing('busy', true);
    known.set('busy', busy);
    known.set('b', thing('b'));

    expect(known.get('busy')).toBe(busy);
    known.set('c', thing('c'));
    expect(namesIn(known)).toEqual(['busy', 'c']);

    busy.isBusy = false;
    known.set('d', thing('d'));

    expect(namesIn(known)).toEqual(['d']);
    expect(forgotten.toSorted()).toEqual(['b', 'busy', 'c']);
  });

  it('stays at each use while another value is busy', () => {
    const { memory: known } = memory(1);
    const a = thing('a');
    known.set('busy', thing('busy', true));
    const before = known.set('a', a);

    expect([known.get('a'), known.get('another'), known.get('a')]).toEqual([a, undefined, a]);
    expect(known.insertions).toBe(before);
  });

  it('is forgotten at once while others are busy, however many', () => {
    const { memory: known, forgotten } = memory(1);
    for (let index = 0; index < 8; index += 1) known.set(`busy ${index}`, thing(`busy ${index}`, true));
    known.set('a', thing('a'));
    known.set('b', thing('b'));

    expect(forgotten).toEqual(['a']);
  });

  it('is forgotten also where nobody is to be told', () => {
    const known = new BusyAwareLru<string, Thing>({ max: 1, isBusy: ({ isBusy }) => isBusy });
    const busy = thing('busy', true);
    known.set('busy', busy);
    known.set('a', thing('a'));
    known.set('b', thing('b'));
    busy.isBusy = false;
    known.set('c', thing('c'));

    expect(namesIn(known)).toEqual(['c']);
  });

  it('is forgotten bit by bit where many were busy', () => {
    const { memory: known, forgotten } = memory(1);
    const busy = Array.from({ length: 20 }, (_, index) => thing(`busy ${index}`, true));
    for (const each of busy) known.set(each.name, each);
    for (const each of busy) each.isBusy = false;

    for (let use = 0; use < 10; use += 1) known.get('another');

    expect(forgotten).toHaveLength(19);
    expect(namesIn(known)).toEqual(['busy 19']);
  });

  it('can be taken out, without being told of', () => {
    const { memory: known, forgotten } = memory(1);
    known.set('busy', thing('busy', true));
    known.set('b', thing('b'));

    known.delete('busy');
    known.delete('b');

    expect(namesIn(known)).toEqual([]);
    expect(forgotten).toEqual([]);
  });
});
