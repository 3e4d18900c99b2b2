import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenStore } from '../config/token-store.js';

/** One requirement of a token store. */
export interface TokenStoreCase {
  /** Sentence for the name of the test. */
  readonly name: string;
  /** Rejects if the store does not meet the requirement. */
  readonly run: () => Promise<void>;
}

// Long enough for a store across a network, short for a test.
const TTL_MS = 250;
const LONG_MS = 60_000;
const MARGIN_MS = 100;

/**
 * Requirements of a manager on a {@link TokenStore}, as cases for any test runner.
 *
 * Cases for `lock` and `increment` pass if the store does not have these methods.
 *
 * @param makeStore - returns the store; called for each case, with different keys in each case
 * @example
 * ```ts
 * describe('my store', () => {
 *   for (const { name, run } of tokenStoreContract(() => new MyStore(engine))) it(name, run);
 * });
 * ```
 */
export function tokenStoreContract(makeStore: () => TokenStore | Promise<TokenStore>): TokenStoreCase[] {
  const cases: Record<string, (store: TokenStore, key: string) => Promise<void>> = {
    'returns undefined for an unknown key': async (store, key) => {
      assert.equal(await store.get(key), undefined);
    },
    'returns a value unchanged': async (store, key) => {
      const value = '{"value":"ü€😀","scopes":["a","b"],"n":1e21}\n';
      await store.set(key, value, LONG_MS);
      assert.equal(await store.get(key), value);
    },
    'returns the latest value of a key': async (store, key) => {
      await store.set(key, 'first', LONG_MS);
      await store.set(key, 'second', LONG_MS);
      assert.equal(await store.get(key), 'second');
    },
    'keeps long values': async (store, key) => {
      const value = 'x'.repeat(16_384);
      await store.set(key, value, LONG_MS);
      assert.equal(await store.get(key), value);
    },
    'distinguishes keys by case': async (store, key) => {
      await store.set(`${key}:a`, 'a', LONG_MS);
      await store.set(`${key}:A`, 'A', LONG_MS);
      assert.deepEqual([await store.get(`${key}:a`), await store.get(`${key}:A`)], ['a', 'A']);
    },
    'drops a value after its time to live': async (store, key) => {
      await store.set(key, 'value', TTL_MS);
      assert.equal(await store.get(key), 'value');
      await sleep(TTL_MS + MARGIN_MS);
      assert.equal(await store.get(key), undefined);
    },
    'deletes a value, and accepts a second delete': async (store, key) => {
      await store.set(key, 'value', LONG_MS);
      await store.delete(key);
      await store.delete(key);
      assert.equal(await store.get(key), undefined);
    },
    'accepts a time to live in fractions of a millisecond': async (store, key) => {
      await store.set(key, 'value', LONG_MS + 0.5);
      assert.equal(await store.get(key), 'value');
    },
    'gives a lock to one of many concurrent callers': async (store, key) => {
      if (store.lock === undefined) return;
      const locks = await Promise.all(Array.from({ length: 20 }, async () => store.lock?.(key, LONG_MS)));
      assert.equal(locks.filter((lock) => lock !== undefined).length, 1);
    },
    'gives a lock again after its release': async (store, key) => {
      const lock = await store.lock?.(key, LONG_MS);
      await lock?.release();
      assert.equal((await store.lock?.(key, LONG_MS)) === undefined, store.lock === undefined);
    },
    'gives a lock again after its expiry, and a late release does not free the new lock': async (
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
    'keeps locks separate from values': async (store, key) => {
      await store.lock?.(`${key}.lock`, LONG_MS);
      assert.equal(await store.get(key), undefined);
    },
    'counts from one': async (store, key) => {
      if (store.increment === undefined) return;
      assert.deepEqual([await store.increment(key, LONG_MS), await store.increment(key, LONG_MS)], [1, 2]);
    },
    'counts concurrent increments': async (store, key) => {
      if (store.increment === undefined) return;
      const counts = await Promise.all(
        Array.from({ length: 20 }, async () => store.increment?.(key, LONG_MS)),
      );
      assert.deepEqual(
        counts.toSorted((a = 0, b = 0) => a - b),
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
    },
    'restarts the count when the window of the first increment ends': async (store, key) => {
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
