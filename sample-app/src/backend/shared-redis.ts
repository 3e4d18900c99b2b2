import { createClient } from 'redis';

/** Connected client of the Redis that several desks share. */
export type SharedRedis = Awaited<ReturnType<typeof connectRedis>>;

// The return type is inferred: node-redis's client type has many parameters.
export async function connectRedis(url: string) {
  const redis = createClient({ url });
  // Without a listener an outage would end the process. The token store handles and reports outages.
  redis.on('error', () => undefined);
  return redis.connect();
}
