// One process of a fleet under fire: makes calls until the parent process says otherwise, and tells of every broken rule.
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import axios from 'axios';
import { createClient } from 'redis';

const settings = JSON.parse(process.argv[2]);
const { number, library, redisUrl, encryptionKey, origin, limit, seasonMs } = settings;
const { authorizeAxios, authorizeFetch, TokenManager } = await import(
  pathToFileURL(`${library}/core/index.js`).href
);
const { RedisTokenStore } = await import(pathToFileURL(`${library}/redis/index.js`).href);

const MAX_PAUSE_MS = 40;
// Tokens of different scopes are requested at the same time, from one budget.
const SCOPES = 6;
const MAX_METERED_PAUSE_MS = 200;

const tell = (message) => process.connected && process.send(message);
const fault = (what) => tell({ fault: `process ${number}: ${what}` });
process.on('unhandledRejection', (reason) => fault(`unhandled rejection: ${String(reason)}`));
process.on('uncaughtException', (error) => fault(`uncaught: ${String(error)}`));
// Deprecations are those of Node and of other packages.
process.on('warning', (warning) => isOurs(warning) && fault(`warning: ${String(warning)}`));
const isOurs = ({ name }) => name !== 'DeprecationWarning' && name !== 'ExperimentalWarning';

/** A store that counts the locks which this process holds. */
class WatchedStore {
  heldLocks = 0;
  #store;

  constructor(store) {
    this.#store = store;
  }

  get = (key) => this.#store.get(key);
  set = (key, value, ttlMs) => this.#store.set(key, value, ttlMs);
  delete = (key) => this.#store.delete(key);
  increment = (key, windowMs) => this.#store.increment(key, windowMs);

  lock = async (key, ttlMs) => {
    const lock = await this.#store.lock(key, ttlMs);
    if (lock === undefined) return undefined;
    this.heldLocks += 1;
    return {
      release: () => {
        this.heldLocks -= 1;
        return lock.release();
      },
    };
  };
}

/** Marks each token request with the process, and with whether the process holds the lock. */
class MarkingAgent extends Agent {
  store;

  addRequest(request, ...others) {
    request.setHeader('x-process', number);
    request.setHeader('x-locked', this.store === undefined || this.store.heldLocks > 0 ? 'yes' : 'no');
    super.addRequest(request, ...others);
  }
}

const client = createClient({ url: redisUrl });
// Ignores connection errors: the token store handles outages.
client.on('error', () => undefined);
client.connect().catch(() => undefined);
const newStore = (keyPrefix) => new RedisTokenStore({ client, encryptionKeys: [encryptionKey], keyPrefix });

const provider = (clientId, httpAgent, others) => ({
  tokenUrl: `${origin}/token`,
  clientId,
  clientSecret: 'secret',
  api: { baseURL: origin },
  // Longer than any machine is slow. FLUSHALL and evictions end the lock of a killed process sooner.
  tokenRequest: { timeoutMs: 60_000, axios: { httpAgent } },
  // Each refused token is replaced, however young.
  reacquire: { cooldownSeconds: 0 },
  ...others,
});

// The desk has a manager of its own, so that its locks and outages are told from those of the other providers.
const deskStore = new WatchedStore(newStore('desk'));
const deskAgent = new MarkingAgent({ keepAlive: true });
deskAgent.store = deskStore;
const otherAgent = new MarkingAgent({ keepAlive: true });
const deskTokens = new TokenManager({
  providers: { desk: provider('desk', deskAgent, { issuance: { limit: 1e6, windowSeconds: 86_400 } }) },
  store: deskStore,
});
deskTokens.onEvent(({ type }) => type === 'store.unavailable' && tell({ outage: number }));
const otherTokens = new TokenManager({
  providers: {
    renewed: provider('renewed', otherAgent, {
      lifetime: { refreshAheadSeconds: 58, expirySkewSeconds: 1 },
    }),
    metered: {
      ...provider('metered', otherAgent, { issuance: { limit, windowSeconds: 30 * 86_400 } }),
      tenants: (clientId) => ({ clientId }),
    },
  },
  store: newStore('others'),
});

/** Tokens whose refusal this process knows of. */
const refused = new Set();
let lastCall = 0;

/** Notes what one sending of a call carried, and whether that token was refused before. */
function noteSent(call, authorization) {
  if (refused.has(authorization)) fault(`a refused token was sent again: ${authorization}`);
  call.sent.push(authorization);
}

/** Judges the result of a call. Once the call is over, the process knows of the refusal of its first token. */
function judge(call, status) {
  if (call.sent.length > 1 || status === 401) refused.add(call.sent[0]);
  if (call.sent.length > 2) fault(`a call was sent ${call.sent.length} times`);
  // The second refusal is the caller's. The parent process says whether both tokens were refused rightly.
  if (status === 401) tell({ refusedTwice: call.id });
  else if (status !== 200) fault(`a call got ${status}`);
  return status;
}

const newCall = () => ({ id: `${number}-${(lastCall += 1)}`, sent: [] });
const headersOf = ({ id }) => ({ 'x-process': String(number), 'x-call': id });

/** Returns a function that makes one call through axios. */
function axiosCalls(source) {
  const calls = new Map();
  const api = axios.create({ baseURL: origin, validateStatus: () => true });
  const http = axios.getAdapter('http');
  // Sees what is sent, as the outermost adapter under the library's own.
  api.defaults.adapter = (config) => {
    noteSent(calls.get(config.headers.get('x-call')), config.headers.get('authorization'));
    return http(config);
  };
  authorizeAxios(api, source);
  return async () => {
    const call = newCall();
    calls.set(call.id, call);
    try {
      const { status } = await api.get('/api', { headers: headersOf(call) });
      return judge(call, status);
    } finally {
      calls.delete(call.id);
    }
  };
}

/** Returns a function that makes one call through fetch. */
function fetchCalls(source) {
  const calls = new Map();
  const fetchApi = authorizeFetch(source, (input, init) => {
    const request = new Request(input, init);
    noteSent(calls.get(request.headers.get('x-call')), request.headers.get('authorization'));
    return fetch(request);
  });
  return async () => {
    const call = newCall();
    calls.set(call.id, call);
    try {
      const response = await fetchApi(`${origin}/api`, { headers: headersOf(call) });
      await response.arrayBuffer();
      return judge(call, response.status);
    } finally {
      calls.delete(call.id);
    }
  };
}

const plainCalls = (source) => {
  const api = axios.create({ baseURL: origin, validateStatus: () => true });
  authorizeAxios(api, source);
  return async () => {
    const call = newCall();
    const { status } = await api.get('/api', { headers: headersOf(call) });
    if (status === 401) tell({ refusedTwice: call.id });
    else if (status !== 200) fault(`a call got ${status}`);
    return status;
  };
};

/** Requests a token of a client with a budget. Resolves with whether the budget allowed it. */
async function isAllowed(clientId, scope) {
  try {
    await otherTokens.source('metered').forTenant(clientId).getToken({ forceRefresh: true, scope });
    return true;
  } catch (error) {
    if (error.code !== 'issuance_limit_reached') throw error;
    return false;
  }
}

/** Requests a token of a client that changes from time to time, so that there is always a budget to spend. */
async function spend() {
  const scope = `scope-${Math.floor(Math.random() * SCOPES)}`;
  await isAllowed(`metered-${Math.floor(Date.now() / seasonMs)}`, scope);
}

/** Requests tokens until the budget is used up, as far as this process can tell. */
async function spendAll() {
  while (await isAllowed('at-rest', `scope-of-${number}`));
}

const resting = new AbortController();

/** Acts again and again until the process is to rest. No action may fail. */
async function lane(act, maxPauseMs = MAX_PAUSE_MS) {
  while (!resting.signal.aborted) {
    try {
      await act();
    } catch (error) {
      fault(`a call failed: ${error.code}: ${error.message}`);
    }
    await sleep(Math.random() * maxPauseMs);
  }
}

const desk = deskTokens.source('desk');
const callDesk = axiosCalls(desk);
const lanes = [
  lane(callDesk),
  lane(fetchCalls(desk)),
  lane(plainCalls(desk)),
  lane(axiosCalls(otherTokens.source('renewed'))),
  lane(spend, MAX_METERED_PAUSE_MS),
];

let isEnding = false;
const commands = {
  rest: async () => {
    resting.abort();
    await Promise.all(lanes);
    // After an outage, commands are sent late. No write is on its way once a later command has its reply.
    await client.ping();
  },
  call: callDesk,
  spendAll,
  // What is left over keeps the process from ending.
  end: async () => {
    isEnding = true;
    await Promise.all([deskTokens.close(), otherTokens.close()]);
    client.destroy();
    deskAgent.destroy();
    otherAgent.destroy();
  },
};

async function obey({ id, command }) {
  const reply = await commands[command]().then(
    (result) => ({ id, result }),
    (error) => ({ id, error: `${error.code}: ${error.message}` }),
  );
  process.send(reply, () => isEnding && process.disconnect());
}

process.on('message', (message) => void obey(message));
process.on('disconnect', () => isEnding || process.exit(1));
tell({ isReady: true });
