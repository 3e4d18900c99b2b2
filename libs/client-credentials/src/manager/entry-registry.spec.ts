import { describe, expect, it } from '@jest/globals';
import type { TokenEntry } from '../core/token-entry.js';
import { EntryRegistry } from './entry-registry.js';

/** Just what a registry asks of an entry. */
function entry(isBusy = false): TokenEntry & { isBusy: boolean } {
  return { isBusy } as TokenEntry & { isBusy: boolean };
}

describe('the registry of entries', () => {
  it('gives the same entry for the same key', () => {
    const registry = new EntryRegistry(2);
    const first = registry.entry('a', () => entry());

    expect(registry.entry('a', () => entry())).toBe(first);
  });

  it('forgets the one that was used longest ago when it is full', () => {
    const registry = new EntryRegistry(2);
    const [a, b] = [entry(), entry()];
    registry.entry('a', () => a);
    registry.entry('b', () => b);
    registry.entry('a', () => entry());
    registry.entry('c', () => entry());

    expect([...registry.all()]).toHaveLength(2);
    expect([...registry.all()]).not.toContain(b);
    expect(registry.entry('a', () => entry())).toBe(a);
  });

  it('forgets no entry whose token is being acquired, and forgets it afterwards', () => {
    const registry = new EntryRegistry(1);
    const busy = entry(true);
    registry.entry('busy', () => busy);
    registry.entry('b', () => entry());

    expect([...registry.all()]).toContain(busy);
    expect(registry.entry('busy', () => entry())).toBe(busy);

    registry.entry('c', () => entry());
    busy.isBusy = false;
    registry.entry('d', () => entry());

    expect([...registry.all()]).toHaveLength(1);
  });
});
