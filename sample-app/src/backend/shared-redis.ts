import { createClient } from 'redis';

/** Connected client of the Redis that several desks share. */
export type SharedRedis = Awaited<ReturnType<typeof connectRedis>>;

/** Where a Redis listens. */
export type RedisAddress = { url: string } | { socket: { path: string; tls: false } };

// The return type is inferred: node-redis's client type has many parameters.
export async function connectRedis(address: RedisAddress) {
  const redis =
    'url' in address ? createClient({ url: address.url }) : createClient({ socket: address.socket });
  // Without a listener an outage would end the process. The token store handles and reports outages.
  redis.on('error', () => undefined);
  return redis.connect();
}
