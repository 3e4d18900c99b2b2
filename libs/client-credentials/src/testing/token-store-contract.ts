import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenStore } from '../config/token-store.js';

/** One thing that is expected of a token store. */
export interface TokenStoreCase {
  /** A sentence, for the test's name. */
  readonly name: string;
  /** Rejects if the store does not do it. */
  readonly run: () => Promise<void>;
}

// Long enough for a store across a network, short enough for a test.
const TTL_MS = 250;
const LONG_MS = 60_000;
const MARGIN_MS = 100;

/**
 * What a manager expects of a {@link TokenStore}, as cases for any test runner. What a store does not have (locks, counters) is not
 * asked of it.
 *
 * @param makeStore - makes the store, once for each case; keys are different in each
 * @example
 * ```ts
 * describe('my store', () => {
 *   for (const { name, run } of tokenStoreContract(() => new MyStore(engine))) it(name, run);
 * });
 * ```
 */
export function tokenStoreContract(makeStore: () => TokenStore | Promise<TokenStore>): TokenStoreCase[] {
  const cases: Record<string, (store: TokenStore, key: string) => Promise<void>> = {
    'answers undefined for what it does not have': async (store, key) => {
      assert.equal(await store.get(key), undefined);
    },
    'answers what it was given, byte for byte': async (store, key) => {
      const value = '{"value":"ü€😀","scopes":["a","b"],"n":1e21}\n';
      await store.set(key, value, LONG_MS);
      assert.equal(await store.get(key), value);
    },
    'answers what it was given last': async (store, key) => {
      await store.set(key, 'first', LONG_MS);
      await store.set(key, 'second', LONG_MS);
      assert.equal(await store.get(key), 'second');
    },
    'keeps long values': async (store, key) => {
      const value = 'x'.repeat(16_384);
      await store.set(key, value, LONG_MS);
      assert.equal(await store.get(key), value);
    },
    'keeps keys apart': async (store, key) => {
      await store.set(`${key}:a`, 'a', LONG_MS);
      await store.set(`${key}:A`, 'A', LONG_MS);
      assert.deepEqual([await store.get(`${key}:a`), await store.get(`${key}:A`)], ['a', 'A']);
    },
    'forgets a value when its time is over': async (store, key) => {
      await store.set(key, 'value', TTL_MS);
      assert.equal(await store.get(key), 'value');
      await sleep(TTL_MS + MARGIN_MS);
      assert.equal(await store.get(key), undefined);
    },
    'forgets what is deleted, also twice': async (store, key) => {
      await store.set(key, 'value', LONG_MS);
      await store.delete(key);
      await store.delete(key);
      assert.equal(await store.get(key), undefined);
    },
    'takes a time that is no whole number of milliseconds': async (store, key) => {
      await store.set(key, 'value', LONG_MS + 0.5);
      assert.equal(await store.get(key), 'value');
    },
    'gives a lock to one of many': async (store, key) => {
      if (store.lock === undefined) return;
      const locks = await Promise.all(Array.from({ length: 20 }, async () => store.lock?.(key, LONG_MS)));
      assert.equal(locks.filter((lock) => lock !== undefined).length, 1);
    },
    'gives a lock again once it is released': async (store, key) => {
      const lock = await store.lock?.(key, LONG_MS);
      await lock?.release();
      assert.equal((await store.lock?.(key, LONG_MS)) === undefined, store.lock === undefined);
    },
    'gives a lock again when its time is over, and its late release frees nobody else’s': async (
      store,
      key,
    ) => {
      if (store.lock === undefined) return;
      const first = await store.lock(key, TTL_MS);
      await sleep(TTL_MS + MARGIN_MS);
      assert.notEqual(await store.lock(key, LONG_MS), undefined);
      await first?.release();
      assert.equal(await store.lock(key, LONG_MS), undefined);
    },
    'keeps locks apart from values': async (store, key) => {
      await store.lock?.(`${key}.lock`, LONG_MS);
      assert.equal(await store.get(key), undefined);
    },
    'counts from one': async (store, key) => {
      if (store.increment === undefined) return;
      assert.deepEqual([await store.increment(key, LONG_MS), await store.increment(key, LONG_MS)], [1, 2]);
    },
    'counts what comes at once': async (store, key) => {
      if (store.increment === undefined) return;
      const counts = await Promise.all(
        Array.from({ length: 20 }, async () => store.increment?.(key, LONG_MS)),
      );
      assert.deepEqual(
        counts.toSorted((a = 0, b = 0) => a - b),
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
    },
    'counts anew when the window that the first one opened is over': async (store, key) => {
      if (store.increment === undefined) return;
      await store.increment(key, TTL_MS);
      await sleep(TTL_MS / 2);
      await store.increment(key, TTL_MS);
      await sleep(TTL_MS / 2 + MARGIN_MS);
      assert.equal(await store.increment(key, TTL_MS), 1);
    },
  };
  return Object.entries(cases).map(([name, run], index) => ({
    name,
    run: async () => run(await makeStore(), `contract:${index}:${Math.random().toString(36).slice(2)}`),
  }));
}
