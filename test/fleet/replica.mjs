// One process of a fleet: a manager with a shared store, controlled by messages of the parent process.
import { pathToFileURL } from 'node:url';
import axios from 'axios';
import pg from 'pg';
import { createClient } from 'redis';

const { library, store: shared, provider, encryptionKey } = JSON.parse(process.argv[2]);
const encryptionKeys = [encryptionKey];
const POOL_SIZE = 3;
const { authorizeAxios, TokenManager } = await import(pathToFileURL(`${library}/core/index.js`).href);

const openStore = {
  async redis() {
    const { RedisTokenStore } = await import(pathToFileURL(`${library}/redis/index.js`).href);
    const client = createClient({ url: shared.url });
    // Ignores connection errors: the token store handles outages.
    client.on('error', () => undefined);
    client.connect().catch(() => undefined);
    return { store: new RedisTokenStore({ client, encryptionKeys }), end: () => client.destroy() };
  },
  async postgres() {
    const { PostgresTokenStore } = await import(pathToFileURL(`${library}/postgres/index.js`).href);
    const pool = new pg.Pool({ connectionString: shared.url, max: POOL_SIZE, idleTimeoutMillis: 0 });
    pool.on('error', () => undefined);
    const store = new PostgresTokenStore({ pool, encryptionKeys });
    await store.migrate();
    // Opens and uses every connection, as an application has done by then: on a busy machine the first use takes long.
    for (let use = 0; use < 2; use += 1)
      await Promise.all(Array.from({ length: POOL_SIZE }, (_, index) => store.increment(`warm ${index}`, 1)));
    return { store, end: () => pool.end() };
  },
};

const { store, end } = await openStore[shared.kind]();
const tokens = new TokenManager({ providers: { desk: provider }, store });
const events = [];
tokens.onEvent(({ type, reason }) => events.push(reason === undefined ? type : `${type} ${reason}`));
const source = tokens.source('desk');
const http = axios.create({ baseURL: provider.api.baseURL, validateStatus: () => true });
authorizeAxios(http, source);

const commands = {
  getToken: async (options) => (await source.getToken(options)).value,
  call: async () => (await http.get('/documents')).status,
  events: async () => events.splice(0),
  close: async () => {
    await tokens.close();
    await end();
    process.disconnect();
  },
};

process.on('message', ({ id, command, argument }) => {
  commands[command](argument).then(
    (result) => process.connected && process.send({ id, result }),
    (error) => process.send({ id, error: `${error.code}: ${error.message}` }),
  );
});
process.send({ id: 'ready' });
