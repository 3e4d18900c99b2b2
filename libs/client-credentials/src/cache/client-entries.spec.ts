import { describe, expect, it } from '@jest/globals';
import { frozenRequest } from '../config/token-request.js';
import { resolveRequest } from '../token/token-key.js';
import type { ClientContext } from './client-context.js';
import { ClientEntries, type EntryMemory } from './client-entries.js';
import { BusyAwareLru } from './lru.js';

function open(max = 16): { entries: ClientEntries; memory: EntryMemory; evicted: string[] } {
  const evicted: string[] = [];
  const memory: EntryMemory = new BusyAwareLru({
    max,
    isBusy: (_, entry) => entry.isBusy,
    onEvicted: (owner, entry) => {
      evicted.push(entry.key);
      owner.forget(entry);
    },
  });
  return { entries: new ClientEntries({}, {} as ClientContext, memory), memory, evicted };
}

describe('the entries of a client', () => {
  it('are one per request, whoever resolved it', () => {
    const { entries } = open();
    const before = entries.isUsed;
    const request = { scope: 'a b', resource: ['r'], audience: 'x', parameters: { p: '1' } };
    const entry = entries.entryFor(request);

    expect([before, entries.isUsed]).toEqual([false, true]);
    expect(entries.entryFor({ ...request })).toBe(entry);
    expect(entries.entryForResolved(resolveRequest(request))).toBe(entry);
    expect(entries.entryForResolved(resolveRequest({ scope: 'a' }))).toBe(entries.entryFor({ scope: 'a' }));
    expect([...entries.entries()]).toHaveLength(2);
  });

  it('are known only once they are there', () => {
    const { entries } = open();
    const [frozen, other] = [frozenRequest({ scope: 'a' }), frozenRequest({ scope: 'b' })];
    const before = entries.knownEntryFor(frozen);
    const entry = entries.entryFor(frozen);

    expect(before).toBeUndefined();
    expect(entries.knownEntryFor(frozen)).toBe(entry);
    expect(entries.entryFor(frozen)).toBe(entry);
    expect(entries.knownEntryFor(other)).toBeUndefined();
    expect(entries.entryFor(other)).not.toBe(entry);
    expect(entries.entryFor(frozen)).toBe(entry);
  });

  it('read a request anew that its caller may have changed', () => {
    const { entries } = open();
    const request = { scope: 'a' };
    const entry = entries.entryFor(request);
    request.scope = 'b';

    expect(entries.entryFor(request)).not.toBe(entry);
  });

  it('are forgotten one by one, or all', () => {
    const { entries, memory } = open();
    const request = frozenRequest({ scope: 'a' });
    const first = entries.entryFor(request);
    entries.forget(first);
    const second = entries.entryFor(request);
    const all = entries.forgetAll();
    const outside = entries.entryFor(request);

    expect(second).not.toBe(first);
    expect(all).toEqual([second]);
    expect(outside).not.toBe(second);
    expect([...memory.entries()].map(([entry]) => entry)).toEqual([first]);
  });

  it('stay while they are used, and are evicted else', () => {
    const { entries, evicted } = open();
    entries.entryFor({ scope: 'used' });
    entries.entryFor({ scope: 'left' });
    for (let index = 0; index < 20; index += 1) {
      entries.entryFor({ scope: `s${index}` });
      entries.entryFor({ scope: 'used' });
    }

    expect(evicted).toContain('left');
    expect(evicted).not.toContain('used');
  });
});
