import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { firstValueFrom } from 'rxjs';
import { availableRedis, connectRedis, startRedis } from '../../bench/racing/redis-server.mjs';

const TENANT = 'acme';

/**
 * Trips, in the order of the table.
 *
 * - `call`: the recorded action, by default a GET
 * - `before`: preparation that is not recorded
 * - `cost`: number of requests that the call must cause
 * - `missing`: requirement of the trip that this machine lacks, if any
 */
export const TRIPS = [
  { title: 'GET, token cached', before: get, cost: { token: 0, api: 1 } },
  {
    title: '401 and replay',
    before: async (client, { refuseTokens }) => {
      await get(client);
      refuseTokens();
    },
    cost: { token: 1, api: 2 },
  },
  { title: 'Cold, no store option', cost: { token: 1, api: 1 } },
  {
    title: 'Cold, Redis',
    missing: () =>
      availableRedis() === undefined && 'neither REDIS_URL nor a redis-server or valkey-server on PATH',
    openStore: openRedisStore,
    cost: { token: 1, api: 1 },
  },
  {
    title: 'Known tenant, token cached',
    provider: { tenants: (tenant) => ({ clientId: `client-of-${tenant}` }) },
    before: getForTenant,
    call: getForTenant,
    cost: { token: 0, api: 1 },
  },
];

/** Runs one trip with its own Nest application and servers; returns the entered functions. */
export async function makeTrip({ title, provider, openStore, before, call = get, cost }, library, recorder) {
  const servers = await openServers();
  const { store, closeStore } = (await openStore?.(library)) ?? {};
  const clients = library.ClientCredentialsModule.forRoot({
    providers: { desk: { ...servers.provider, ...provider } },
    ...(store && { store }),
  });
  const application = await NestFactory.createApplicationContext(clients, { logger: false });
  try {
    const client = application.get(library.TokenClients).get('desk');
    await before?.(client, servers);
    const requests = { ...servers.counts };
    const entries = await recorder.during(() => call(client));
    const taken = {
      token: servers.counts.token - requests.token,
      api: servers.counts.api - requests.api,
    };
    // Fails if the call took another path than the trip describes.
    if (!isDeepStrictEqual(taken, cost))
      throw new Error(`"${title}" took ${JSON.stringify(taken)} requests, not ${JSON.stringify(cost)}.`);
    return entries;
  } finally {
    await application.close();
    await closeStore?.();
    servers.close();
  }
}

async function get(client) {
  const { data } = await firstValueFrom(client.get('/things'));
  if (data.isServed !== true) throw new Error('The API did not serve the call.');
}

/** GET with a newly derived client of the tenant, as an application does for each request. */
function getForTenant(client) {
  return get(client.forTenant(TENANT));
}

/** Starts a token endpoint and an API that accepts its tokens; both count their requests. */
async function openServers() {
  const counts = { token: 0, api: 0 };
  const valid = new Set();
  const token = await listen((_, response) => {
    counts.token += 1;
    const value = randomBytes(8).toString('hex');
    valid.add(`Bearer ${value}`);
    answer(response, 200, { access_token: value, token_type: 'Bearer', expires_in: 3600 });
  });
  const api = await listen((request, response) => {
    counts.api += 1;
    if (valid.has(request.headers.authorization)) return answer(response, 200, { isServed: true });
    response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
    return answer(response, 401, { isServed: false });
  });
  return {
    provider: {
      tokenUrl: `${token.url}/token`,
      clientId: 'client',
      clientSecret: 'secret',
      api: { baseURL: api.url },
    },
    counts,
    refuseTokens: () => valid.clear(),
    close: () => [token, api].forEach(({ close }) => close()),
  };
}

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function listen(handle) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => handle(request, response));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

async function openRedisStore({ RedisTokenStore }) {
  const redis = await startRedis(availableRedis());
  const client = await connectRedis(redis.url);
  const store = new RedisTokenStore({
    client,
    encryptionKeys: [randomBytes(32)],
    keyPrefix: `trace-${randomBytes(6).toString('hex')}`,
  });
  const closeStore = async () => {
    await client.close();
    redis.stop();
  };
  return { store, closeStore };
}
