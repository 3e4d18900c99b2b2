import { MemoryTokenStore } from 'nestjs-client-credentials/core';

/**
 * A `MemoryTokenStore` that is filled faster than by token requests, of which a million would take many minutes: until it is
 * sealed it has a token for whatever it is asked, made from the first one that was put into it. Then it is what it always was.
 */
export function readyStore(capacity) {
  const store = new MemoryTokenStore({ maxEntries: capacity });
  const { prototype } = MemoryTokenStore;
  let sample;
  let copies = 0;
  store.set = (key, value, ttlMs) => {
    sample ??= { value, ttlMs };
    return prototype.set.call(store, key, value, ttlMs);
  };
  store.get = async (key) => {
    const known = await prototype.get.call(store, key);
    if (known !== undefined || sample === undefined) return known;
    copies += 1;
    const value = sample.value.replaceAll(/t\.\d+\./g, `t.${copies}.`);
    await prototype.set.call(store, key, value, sample.ttlMs);
    return value;
  };
  const seal = () => {
    delete store.get;
    delete store.set;
  };
  return { store, seal };
}
