import { MemoryTokenStore, type TokenStore } from 'nestjs-client-credentials/core';

type Operation = 'get' | 'set' | 'delete' | 'lock' | 'increment';

const OPERATIONS: readonly Operation[] = ['get', 'set', 'delete', 'lock', 'increment'];
const never = (): Promise<never> => new Promise<never>(() => undefined);
const broken = (): Promise<never> => Promise.reject(new Error('The store is broken.'));

/** A store in which some operations are replaced. */
function storeWith(replaced: Partial<Record<Operation, () => Promise<never>>>): TokenStore {
  const good = new MemoryTokenStore();
  const store: Record<string, unknown> = {};
  for (const operation of OPERATIONS) {
    store[operation] = replaced[operation] ?? good[operation].bind(good);
  }
  return store as unknown as TokenStore;
}

function storeOf(value: string): TokenStore {
  return Object.assign(storeWith({}), { get: async () => value });
}

function all(fail: () => Promise<never>): TokenStore {
  return storeWith(Object.fromEntries(OPERATIONS.map((operation) => [operation, fail])));
}

/** All faults of the matrix, by the names that they have there. */
export const STORE_FAULTS: Record<string, () => TokenStore> = {
  'everything fails': () => all(broken),
  'everything hangs': () => all(never),
  'reading fails': () => storeWith({ get: broken }),
  'reading hangs': () => storeWith({ get: never }),
  'what is read is no token': () => storeOf('\u0000{"garbage'),
  'what is read is of another version': () => storeOf('{"version":99,"token":"x"}'),
  'writing fails': () => storeWith({ set: broken }),
  'writing hangs': () => storeWith({ set: never }),
  'deleting fails': () => storeWith({ delete: broken }),
  'the lock fails': () => storeWith({ lock: broken }),
  'the lock hangs': () => storeWith({ lock: never }),
  'the lock is held by a process that died': () =>
    Object.assign(storeWith({}), { lock: async () => undefined }),
  'counting fails': () => storeWith({ increment: broken }),
  'counting hangs': () => storeWith({ increment: never }),
};
