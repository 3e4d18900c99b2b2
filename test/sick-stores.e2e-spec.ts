import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { TokenManager } from 'nestjs-client-credentials/core';
import { RedisTokenStore } from 'nestjs-client-credentials/redis';
import { createClient } from 'redis';
import { startRedis, type RedisServer } from './support/redis-server.js';
import { breakDown, isSharedAgain, openPair, type Connect } from './support/store-pair.js';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.js';

const TIMEOUT_MS = 60_000;
const ENCRYPTION_KEYS = [randomBytes(32)];

let redis: RedisServer;
let proxy: TcpProxy;
/** Redis client of the test itself. */
let operator: Redis;

beforeAll(async () => {
  redis = await startRedis();
  proxy = await startTcpProxy(redis.port);
  operator = new Redis(redis.url);
  operator.on('error', () => undefined);
}, 300_000);
afterAll(async () => {
  operator.disconnect();
  await proxy[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await operator.flushall();
});

const CONNECTIONS: [string, Connect][] = [
  [
    'redis',
    () => {
      const client = createClient({ socket: { host: '127.0.0.1', port: proxy.port, reconnectStrategy: 50 } });
      client.on('error', () => undefined);
      void client.connect().catch(() => undefined);
      const store = new RedisTokenStore({ client, encryptionKeys: ENCRYPTION_KEYS });
      return { store, end: () => client.destroy() };
    },
  ],
  [
    'ioredis',
    () => {
      const client = new Redis({ host: '127.0.0.1', port: proxy.port, retryStrategy: () => 50 });
      client.on('error', () => undefined);
      const store = new RedisTokenStore({ client, encryptionKeys: ENCRYPTION_KEYS });
      return { store, end: () => client.disconnect() };
    },
  ],
];

/** A fault of the server and its end. */
const FAULTS: [string, () => unknown, () => unknown][] = [
  ['that stopped', () => redis.stop(), () => redis.restart()],
  ['that hangs', () => redis.pause(), () => redis.resume()],
  [
    'whose clients are paused',
    () => operator.call('CLIENT', 'PAUSE', '600000', 'ALL'),
    async () => {
      // Restarts, because no command is answered during the pause, not even CLIENT UNPAUSE.
      await redis.restart();
    },
  ],
  [
    'that is full',
    () => operator.config('SET', 'maxmemory', '1'),
    () => operator.config('SET', 'maxmemory', '0'),
  ],
  [
    'that only reads',
    () => operator.replicaof('127.0.0.1', '1'),
    () => operator.call('REPLICAOF', 'NO', 'ONE'),
  ],
  ['whose connections are cut', () => proxy.cut(), () => proxy.mend()],
  ['that is too slow', () => proxy.slowDown(2_000), () => proxy.mend()],
  ['that answers nonsense', () => proxy.garble(), () => proxy.mend()],
];

describe.each(CONNECTIONS)('a Redis, by %s', (_, connect) => {
  it.each(FAULTS)(
    '%s fails no call, is told of once, and is used again when it is well',
    async (__, break_, mend) => {
      await using pair = await openPair(connect);
      await expect(isSharedAgain(pair)).resolves.toBe(true);

      const { tokens, told } = await breakDown(pair, break_);
      await mend();

      expect({ tokens, told }).toEqual({ tokens: 10, told: 1 });
      await expect(isSharedAgain(pair)).resolves.toBe(true);
      expect(pair.events.filter(({ type }) => type === 'token.failed')).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'that is not there at the start fails no call, and is used when it comes',
    async () => {
      await redis.stop();
      await using pair = await openPair(connect);

      await pair.one.source('desk').getToken();
      await redis.restart();

      expect(pair.events.filter(({ type }) => type === 'store.unavailable')).toHaveLength(1);
      await expect(isSharedAgain(pair)).resolves.toBe(true);
    },
    TIMEOUT_MS,
  );

  it(
    'full of garbage, or of another type, is as good as empty',
    async () => {
      await using pair = await openPair(connect);
      const source = pair.one.source('desk');
      await source.getToken();
      await pair.one.close();
      const [name = ''] = await operator.keys('client-credentials:*');
      for (const spoil of [
        () => operator.set(name, 'garbage'),
        () => operator.set(name, ''),
        async () => {
          await operator.del(name);
          await operator.lpush(name, 'a', 'list');
        },
      ]) {
        await spoil();
        const { store, end } = connect();
        const tokens = new TokenManager({ providers: { desk: pair.server.providerConfig }, store });

        await expect(tokens.source('desk').getToken()).resolves.toMatchObject({ type: 'Bearer' });

        await tokens.close();
        end();
      }
    },
    TIMEOUT_MS,
  );
});
