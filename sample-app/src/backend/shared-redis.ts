import { createClient } from 'redis';

/** A connected client of the Redis that several desks share. */
export type SharedRedis = Awaited<ReturnType<typeof connectRedis>>;

// The type is the client's own, with all its parameters.
export async function connectRedis(url: string) {
  const redis = createClient({ url });
  // Without a listener an outage would end the process; the token store copes with it, and says so.
  redis.on('error', () => undefined);
  return redis.connect();
}
