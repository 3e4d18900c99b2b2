// What a token costs a call: each figure is a ratio against a baseline in the same run, as a median of several rounds,
// since machines differ and drift. Needs the built library: `npm run bench`.
import axios from 'axios';
import { authorizeAxios, TokenManager } from 'nestjs-client-credentials/core';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';

const ROUNDS = 15;
const CALLS = 2_000;

const server = await startAuthorizationServer();
const tokens = new TokenManager({ providers: { bench: server.providerConfig } });
const source = tokens.source('bench');

// An adapter that answers at once leaves nothing but the work around it.
const atOnce = async (config) => ({ data: '{}', status: 200, statusText: 'OK', headers: {}, config });
const inMemory = { baseURL: server.apiUrl, adapter: atOnce };
const overLoopback = { baseURL: server.apiUrl };
const bearer = (await source.getToken()).authorization;

const plainInMemory = axios.create({ ...inMemory, headers: { authorization: bearer } });
const authorizedInMemory = axios.create(inMemory);
authorizeAxios(authorizedInMemory, source);
const plainOverLoopback = axios.create({ ...overLoopback, headers: { authorization: bearer } });
const authorizedOverLoopback = axios.create(overLoopback);
authorizeAxios(authorizedOverLoopback, source);

report(
  'authorized call / plain axios call, adapter in memory',
  await compare(
    () => authorizedInMemory.get('/a'),
    () => plainInMemory.get('/a'),
    CALLS,
  ),
);
report(
  'authorized call / plain axios call, over loopback',
  await compare(
    () => authorizedOverLoopback.get('/a'),
    () => plainOverLoopback.get('/a'),
    CALLS / 10,
  ),
);
report(
  'getToken() from memory / plain axios call, adapter in memory',
  await compare(
    () => source.getToken(),
    () => plainInMemory.get('/a'),
    CALLS,
  ),
);
console.log(`${server.tokenRequests.length} token request in all`);

await tokens.close();
await server.close();

async function compare(measured, baseline, calls) {
  const ratios = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [a, b] = [await timed(measured, calls), await timed(baseline, calls)];
    // The first round warms up.
    if (round > 0) ratios.push(a / b);
  }
  return ratios.toSorted((a, b) => a - b);
}

async function timed(run, calls) {
  const started = performance.now();
  for (let call = 0; call < calls; call += 1) await run();
  return performance.now() - started;
}

function report(what, ratios) {
  const [lowest, median, highest] = [ratios[0], ratios[ratios.length >> 1], ratios.at(-1)];
  console.log(`${what}: ${median.toFixed(2)} (${lowest.toFixed(2)} to ${highest.toFixed(2)})`);
}
