import { MemoryTokenStore } from 'nestjs-client-credentials/core';

/**
 * A `MemoryTokenStore` that fills without token requests, because a million of them would take many minutes.
 *
 * Until `seal()`, the store has a token for every key, copied from the first stored token. Afterwards it is a normal store.
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
