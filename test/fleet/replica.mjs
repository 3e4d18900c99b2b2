// One process of a fleet: a manager with a shared Redis, controlled by messages of the parent process.
import { pathToFileURL } from 'node:url';
import axios from 'axios';
import { createClient } from 'redis';

const { library, redisUrl, provider, encryptionKey } = JSON.parse(process.argv[2]);
const { authorizeAxios, TokenManager } = await import(pathToFileURL(`${library}/core/index.js`).href);
const { RedisTokenStore } = await import(pathToFileURL(`${library}/redis/index.js`).href);

const client = createClient({ url: redisUrl });
// Ignores connection errors: the token store handles outages.
client.on('error', () => undefined);
client.connect().catch(() => undefined);
const store = new RedisTokenStore({ client, encryptionKeys: [encryptionKey] });
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
    client.destroy();
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
