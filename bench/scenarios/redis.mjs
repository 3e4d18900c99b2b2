import { randomBytes } from 'node:crypto';
import { RedisTokenStore } from 'nestjs-client-credentials/redis';
import { availableRedis, connectRedis, startRedis } from '../racing/redis-server.mjs';
import { msUntilDone, nsPerCall } from '../racing/timing.mjs';

const CALLERS = 1_000;

export const scenario = {
  title: 'With a Redis store',
  method:
    `Hot: the token is in memory. Cold: no token exists, with one caller or ${CALLERS}. Second process: another manager with its own connection asks after the first. Paused: Redis is stopped ` +
    '(SIGSTOP) and does not respond; measured are the first and the second new token, and a token in memory.',
  needs: ['getToken', 'acquiring', 'sharedStore'],
  figures: [
    { key: 'hotNs', label: 'hot ns' },
    { key: 'coldMs', label: 'cold ms' },
    { key: 'coldManyMs', label: `cold ms, ${CALLERS} callers` },
    { key: 'coldRequests', label: 'token requests' },
    { key: 'secondMs', label: 'second process ms' },
    { key: 'secondRequests', label: 'its token requests' },
    { key: 'pausedHotNs', label: 'paused: hot ns' },
    { key: 'pausedFirstMs', label: 'paused: first cold ms' },
    { key: 'pausedNextMs', label: 'paused: next cold ms' },
    { key: 'pausedFailed', label: 'paused: failed' },
  ],
  ratios: [],
  full: { rounds: 5, sliceMs: 80 },
  short: { rounds: 1, sliceMs: 40 },
  unavailable: () =>
    availableRedis() === undefined && 'neither REDIS_URL nor a redis-server or valkey-server on PATH',

  async prepare({ openRealm, connect, settings: { sliceMs } }) {
    const redis = await startRedis(availableRedis());
    const encryptionKeys = [randomBytes(32)];
    const keyPrefix = `bench-${randomBytes(6).toString('hex')}`;
    const clients = [await connectRedis(redis.url), await connectRedis(redis.url)];
    const [first, second] = clients.map(
      (client) => new RedisTokenStore({ client, encryptionKeys, keyPrefix }),
    );

    return async (round) => {
      const realm = await openRealm();
      const connectTo = (store, name) => connect(realm, { store, clientId: `bench-${round}-${name}` });
      const requestsOf = async () => (await realm.report()).tokenRequests.length;
      const one = await connectTo(first, 'one');
      const many = await connectTo(first, 'many');
      const other = await connectTo(second, 'one');
      const coldMs = await msUntilDone(one.getToken);
      const coldManyMs = await msUntilDone(() => Promise.all(Array.from({ length: CALLERS }, many.getToken)));
      const coldRequests = await requestsOf();
      const secondMs = await msUntilDone(other.getToken);
      const secondRequests = (await requestsOf()) - coldRequests;
      const hotNs = await nsPerCall(one.getToken, sliceMs);
      const figures = { hotNs, coldMs, coldManyMs, coldRequests, secondMs, secondRequests };
      if (redis.pause === undefined) return figures;
      return { ...figures, ...(await whilePaused(redis, one, await connectTo(first, 'paused'), sliceMs)) };
    };
  },
};

async function whilePaused(redis, hot, cold, sliceMs) {
  let pausedFailed = 0;
  const ask = (scope) => msUntilDone(() => cold.getToken({ scope }).catch(() => (pausedFailed += 1)));
  redis.pause();
  try {
    const pausedFirstMs = await ask('first');
    const pausedNextMs = await ask('next');
    const pausedHotNs = await nsPerCall(hot.getToken, sliceMs);
    return { pausedHotNs, pausedFirstMs, pausedNextMs, pausedFailed };
  } finally {
    redis.resume();
  }
}
