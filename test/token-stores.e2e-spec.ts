import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { Keyv } from 'keyv';
import { KeyvTokenStore } from 'nestjs-client-credentials/keyv';
import { MemoryTokenStore, type TokenStore } from 'nestjs-client-credentials/core';
import { RedisTokenStore, type RedisTokenStoreOptions } from 'nestjs-client-credentials/redis';
import { tokenStoreContract } from 'nestjs-client-credentials/testing';
import { createClient, createCluster } from 'redis';
import { createClient as createClient4 } from 'redis-4';
import { createClient as createClient5 } from 'redis-5';
import { FakeClock } from './support/fake-clock.js';
import { sharedRedisUrl, startRedis, type RedisServer } from './support/redis-server.js';

type Client = RedisTokenStoreOptions['client'];

let redis: { url: string } & AsyncDisposable;
const endings: (() => unknown)[] = [];

beforeAll(async () => {
  redis = await sharedRedisUrl();
}, 300_000);
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});
afterAll(async () => redis[Symbol.asyncDispose]());

/** Connected clients of every supported version. */
const CLIENTS: [string, () => Promise<Client>][] = [
  ['redis 6', async () => ended(await createClient({ url: redis.url }).connect())],
  ['redis 5', async () => ended(await createClient5({ url: redis.url }).connect())],
  ['redis 4', async () => ended(await createClient4({ url: redis.url }).connect())],
  ['ioredis 6', async () => ended(new Redis(redis.url))],
  ['ioredis 5', async () => ended(new Redis5(redis.url))],
];

/** Client that is closed at the end of its test. */
function ended<C extends object>(client: C, end: 'disconnect' | 'destroy' = 'disconnect'): C {
  const close: unknown = Reflect.get(client, end);
  endings.push(() => typeof close === 'function' && Reflect.apply(close, client, []));
  return client;
}

function newKey(): Uint8Array {
  return randomBytes(32);
}

/** Registers the cases of `tokenStoreContract`. */
function followsTheContract(makeStore: () => TokenStore | Promise<TokenStore>): void {
  it.each(tokenStoreContract(makeStore))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
}

/** Every Redis entry under a prefix. */
async function contentsOf(keyPrefix: string): Promise<{ names: string[]; values: string[]; ttls: number[] }> {
  const client = ended(new Redis(redis.url));
  const names = await client.keys(`${keyPrefix}*`);
  const values = await Promise.all(names.map(async (name) => (await client.get(name)) ?? ''));
  const ttls = await Promise.all(names.map((name) => client.pttl(name)));
  return { names, values, ttls };
}

describe('a store in memory', () => {
  followsTheContract(() => new MemoryTokenStore());

  it('is bounded across tokens, locks and counters', async () => {
    const store = new MemoryTokenStore({ maxEntries: 2 });

    await store.set('a', 'a', 60_000);
    await store.lock('b', 60_000);
    await store.increment('c', 60_000);

    expect(await store.get('a')).toBeUndefined();
    expect(store.maxEntries).toBe(2);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses room for %s entries', (maxEntries) => {
    expect(() => new MemoryTokenStore({ maxEntries })).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        message: expect.stringContaining('maxEntries: must be a whole number, at least 1'),
      }),
    );
  });

  it('drops what was used longest ago', async () => {
    const store = new MemoryTokenStore({ maxEntries: 2 });

    await store.set('a', 'a', 60_000);
    await store.set('b', 'b', 60_000);
    await store.get('a');
    await store.set('c', 'c', 60_000);

    expect(await Promise.all(['a', 'b', 'c'].map((key) => store.get(key)))).toEqual(['a', undefined, 'c']);
  });

  it('keeps nothing beyond its time to live, even if the clock is set', async () => {
    const clock = new FakeClock();
    const store = new MemoryTokenStore({ clock });
    for (const key of ['a', 'b', 'c']) await store.set(key, key, 1_000);
    await store.set('none', 'none', 0);

    clock.advance(999);
    const atLast = await store.get('a');
    clock.advance(1);
    const atTheEnd = await store.get('a');
    await store.set('forth', 'forth', 1_000);
    clock.set(1_000);
    const setForth = await store.get('forth');
    await store.set('back', 'back', 1_000);
    clock.set(-3_600_000);
    clock.advance(1_000);
    const setBack = await store.get('back');

    expect([atLast, atTheEnd, setForth, setBack, await store.get('none')]).toEqual([
      'a',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe.each(CLIENTS)('a store in Redis, by %s', (_, connect) => {
  const encryptionKeys = [newKey()];
  followsTheContract(async () => new RedisTokenStore({ client: await connect(), encryptionKeys }));
});

describe('a store in a cluster of Redis', () => {
  let cluster: RedisServer;
  beforeAll(async () => {
    cluster = await startRedis({ isCluster: true });
  }, 300_000);
  afterAll(async () => cluster[Symbol.asyncDispose]());

  it.each<[string, () => Promise<Client>]>([
    [
      'redis',
      async () => ended(await createCluster({ rootNodes: [{ url: cluster.url }] }).connect(), 'destroy'),
    ],
    ['ioredis', async () => ended(new Cluster([{ host: '127.0.0.1', port: cluster.port }]))],
  ])('meets the contract, by %s', async (_, connect) => {
    const client = await connect();
    const store = new RedisTokenStore({ client, encryptionKeys: [newKey()], keyPrefix: _ });

    const outcomes = await Promise.all(tokenStoreContract(() => store).map(({ run }) => run()));

    expect(outcomes.length).toBeGreaterThan(10);
  });
});

describe('a store in Redis', () => {
  const client = async (): Promise<Client> => ended(await createClient({ url: redis.url }).connect());

  it('encrypts all entries and lets all entries expire', async () => {
    const keyPrefix = 'shown-to-nobody';
    const store = new RedisTokenStore({ client: await client(), encryptionKeys: [newKey()], keyPrefix });
    await store.set('the-name', 'the-token', 60_000);
    await store.lock('the-name.lock', 60_000);
    await store.increment('the-counter', 60_000);

    const { names, values, ttls } = await contentsOf(keyPrefix);

    expect(names).toHaveLength(3);
    expect(JSON.stringify([names, values])).not.toMatch(/the-name|the-token|the-counter/);
    for (const ttl of ttls) expect(ttl).toBeGreaterThan(0);
  });

  it('decrypts with every key, and encrypts with the first', async () => {
    const [old, current] = [newKey(), newKey()];
    const keyPrefix = 'rotated';
    const before = new RedisTokenStore({ client: await client(), encryptionKeys: [old], keyPrefix });
    const during = new RedisTokenStore({ client: await client(), encryptionKeys: [current, old], keyPrefix });
    const after = new RedisTokenStore({
      client: await client(),
      encryptionKeys: [Buffer.from(current).toString('base64url')],
      keyPrefix,
    });
    await before.set('a', 'A', 60_000);

    expect(await during.get('a')).toBe('A');
    expect(await after.get('a')).toBeUndefined();
    await during.set('b', 'B', 60_000);
    expect(await after.get('b')).toBe('B');
    expect(await before.get('b')).toBeUndefined();
  });

  it('rejects a value that was copied to another key or tampered with', async () => {
    const keyPrefix = 'copied';
    const store = new RedisTokenStore({ client: await client(), encryptionKeys: [newKey()], keyPrefix });
    await store.set('a', 'A', 60_000);
    const { names, values } = await contentsOf(keyPrefix);
    await store.set('b', 'B', 60_000);
    const other = (await contentsOf(keyPrefix)).names.find((name) => name !== names[0]) ?? '';
    const raw = ended(new Redis(redis.url));

    await raw.set(other, values[0] ?? '');
    expect(await store.get('b')).toBeUndefined();
    for (const garbage of ['', 'nonsense', '{}', `${values[0]}x`, 'a.b.c.d.e']) {
      await raw.set(names[0] ?? '', garbage);
      expect(await store.get('a')).toBeUndefined();
    }
  });

  it('is unencrypted only with encryptionKeys plaintext', async () => {
    const keyPrefix = 'in-clear';
    const store = new RedisTokenStore({ client: await client(), encryptionKeys: 'plaintext', keyPrefix });
    await store.set('a', 'the-token', 60_000);

    expect((await contentsOf(keyPrefix)).values).toEqual(['the-token']);
  });

  it.each<[string, unknown, RegExp]>([
    ['no keys', undefined, /encryptionKeys: must be a list of keys, or 'plaintext'/],
    ['an empty list', [], /encryptionKeys: must name at least one key/],
    ['a short key', [newKey(), Buffer.from('too-short')], /encryptionKeys\.1: must be 32 bytes/],
    ['a key in another encoding', [newKey().toString()], /encryptionKeys\.0: must be 32 bytes/],
  ])('rejects %s', async (_, encryptionKeys, message) => {
    const connected = await client();

    expect(() => new RedisTokenStore({ client: connected, encryptionKeys: encryptionKeys as never })).toThrow(
      message,
    );
  });

  it('rejects a client of another kind', () => {
    expect(() => new RedisTokenStore({ client: {} as never, encryptionKeys: [newKey()] })).toThrow(
      /client: must be a connected client of redis \(node-redis\) or ioredis/,
    );
  });
});

describe('a store over Keyv', () => {
  const encryptionKeys = [newKey()];
  followsTheContract(() => new KeyvTokenStore({ keyv: new Keyv({ namespace: 'tokens' }), encryptionKeys }));

  it('encrypts all entries', async () => {
    const kept = new Map<unknown, unknown>();
    const store = new KeyvTokenStore({ keyv: new Keyv({ store: kept }), encryptionKeys });
    await store.set('the-name', 'the-token', 60_000);

    expect(JSON.stringify([...kept])).not.toMatch(/the-name|the-token/);
  });

  it('rejects if its database stores nothing', async () => {
    const keyv = { get: async () => undefined, set: async () => false, delete: async () => false };

    await expect(new KeyvTokenStore({ keyv, encryptionKeys }).set('a', 'A', 1000)).rejects.toThrow(
      'did not store',
    );
  });
});
