/**
 * One process with several providers and many tenants, at a token endpoint that fails often: no call fails, the heap stays flat, and
 * nothing is left over at the end.
 *
 *     npm run soak        for MINUTES, by default 3; SEED begins the same random numbers, which calls draw in another order
 */
import { Agent } from 'node:http';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { MemoryTokenStore, TokenManager } from 'nestjs-client-credentials/core';
import { seededRandom } from './fleet-simulation/randomness.mjs';
import { ATTEMPTS, Authority } from './soak/authority.mjs';
import { Caller } from './soak/caller.mjs';
import { heapMb } from './soak/heap.mjs';

const { MINUTES = '3', SEED = String(Math.floor(Math.random() * 2 ** 31)) } = process.env;
const ROUNDS = 10;
// Caches are full after this share of the rounds.
const WARM_UP_ROUNDS = 2;
const TENANTS = 300;
// Fewer than there are tenants, so that tenants are dropped and come back.
const MAX_TENANTS = 100;
// Most calls are for a few tenants, whose tokens are cached.
const HOT_TENANTS = 20;
const COLD_SHARE = 0.02;
const CALLS_AT_ONCE = 16;
const MAX_PAUSE_MS = 20;
const MAX_DISTURBANCE_PAUSE_MS = 200;
// A leak of some bytes for each call is many times as much.
const MAX_GROWTH_MB = 8;
const MAX_END_MS = 10_000;

// Opens the output, which may be a pipe, so that the pipe is among the handles at the start.
for (const output of [process.stdout, process.stderr]) output.write('');
const handlesBefore = process.getActiveResourcesInfo();
const random = seededRandom(Number(SEED));
const authority = await new Authority(random).listen();
const caller = new Caller(authority);
process.on('unhandledRejection', (reason) => caller.fault(`unhandled rejection: ${String(reason)}`));
// Deprecations are those of Node and of other packages.
const isOurs = ({ name }) => name !== 'DeprecationWarning' && name !== 'ExperimentalWarning';
process.on('warning', (warning) => isOurs(warning) && caller.fault(`warning: ${String(warning)}`));

const httpAgent = new Agent({ keepAlive: true });
let secrets = 0;
// A new secret for each token request tells the endpoint which attempts belong together.
const clientSecret = () => `secret-${(secrets += 1)}`;
const provider = (clientId) => ({
  tokenUrl: authority.tokenUrl,
  clientId,
  clientSecret,
  api: { baseURL: authority.apiUrl },
  tokenRequest: { attempts: ATTEMPTS, timeoutMs: 60_000, axios: { httpAgent } },
  // Each refused token is replaced, however young.
  reacquire: { cooldownSeconds: 0 },
  issuance: { limit: 1e6, windowSeconds: 5 },
});
const withTenants = (prefix) => ({
  ...provider(undefined),
  tenants: (tenant) => ({ clientId: `${prefix}-${tenant}` }),
  tenantCache: { max: MAX_TENANTS, ttlSeconds: 2 },
});
const providersOf = (prefix) => ({
  first: provider(`${prefix}-first`),
  second: provider(`${prefix}-second`),
  many: withTenants(`${prefix}-many`),
});
const managers = {
  plain: new TokenManager({ providers: providersOf('plain') }),
  stored: new TokenManager({
    providers: providersOf('stored'),
    store: new MemoryTokenStore({ maxEntries: 2 * MAX_TENANTS }),
  }),
};

const anyTenant = () => `tenant-${Math.floor(random() * (random() < COLD_SHARE ? TENANTS : HOT_TENANTS))}`;
const noTenant = () => undefined;
const targets = Object.values(managers).flatMap((tokens) => [
  { call: caller.axiosAtOnce(tokens.source('first')), tenantOf: noTenant },
  { call: caller.fetchAtOnce(tokens.source('first')), tenantOf: noTenant },
  { call: caller.axiosOverLoopback(tokens.source('second')), tenantOf: noTenant },
  { call: caller.fetchOverLoopback(tokens.source('second')), tenantOf: noTenant },
  { call: caller.axiosAtOnce(tokens.source('many')), tenantOf: anyTenant },
  { call: caller.fetchAtOnce(tokens.source('many')), tenantOf: anyTenant },
]);

const lanes = targets.flatMap((target) => Array.from({ length: CALLS_AT_ONCE }, () => target));

/** Makes calls one after the other until the round is over. */
async function run({ call, tenantOf }, until) {
  while (performance.now() < until) {
    await call(tenantOf());
    await sleep(random() * MAX_PAUSE_MS);
  }
}

/** Revokes tokens, and now and then forgets a tenant, until the round is over. */
async function disturb(until) {
  while (performance.now() < until) {
    await sleep(random() * MAX_DISTURBANCE_PAUSE_MS);
    const manager = random() < 0.5 ? 'plain' : 'stored';
    const tenant = anyTenant();
    const kind = random();
    if (kind < 0.05) await managers[manager].forgetTenant(tenant);
    else if (kind < 0.1) authority.revoke(`${manager}-first`);
    else if (kind < 0.15) authority.revoke(`${manager}-second`);
    else authority.revoke(`${manager}-many-${tenant}`);
  }
}

/** What keeps the process alive and was not there at the start. */
function leftOver() {
  const left = process.getActiveResourcesInfo();
  for (const name of handlesBefore) if (left.includes(name)) left.splice(left.indexOf(name), 1);
  return left.filter((name) => name !== 'Immediate');
}

console.log(`${MINUTES} minutes, SEED=${SEED}\n`);
console.log('| minutes |   calls | calls per second | token requests | heap MB |');
console.log('| ------: | ------: | ---------------: | -------------: | ------: |');
const startedAt = performance.now();
const roundMs = (Number(MINUTES) * 60_000) / ROUNDS;
const heaps = [];
for (let round = 1; round <= ROUNDS; round += 1) {
  const roundAt = performance.now();
  const before = caller.calls;
  const until = roundAt + roundMs;
  await Promise.all([...lanes.map((lane) => run(lane, until)), disturb(until)]);
  const perSecond = Math.round((caller.calls - before) / ((performance.now() - roundAt) / 1_000));
  heaps.push(heapMb());
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  console.log(
    `| ${minutes} | ${caller.calls} | ${perSecond} | ${authority.counts.issued} | ${heaps.at(-1).toFixed(1)} |`,
  );
}

await Promise.all(Object.values(managers).map((tokens) => tokens.close()));
httpAgent.destroy();
await authority.close();
const endAt = performance.now() + MAX_END_MS;
while (leftOver().length > 0 && performance.now() < endAt) await turn();

const early = heaps[WARM_UP_ROUNDS - 1];
const late = heaps.at(-1);
if (late - early > MAX_GROWTH_MB) caller.fault(`the heap grew by ${(late - early).toFixed(1)} MB`);
if (leftOver().length > 0) caller.fault(`left over: ${leftOver().join(', ')}`);

const counts = Object.entries(authority.counts).map(([outcome, count]) => `${outcome}: ${count}`);
console.log(
  `\n${caller.calls} calls, of which ${caller.refusedTwice} ended with two tokens revoked one after the other`,
);
console.log(`${authority.revocations} revocations; token requests: ${counts.join(', ')}`);
console.log(
  `heap ${early.toFixed(1)} MB early, ${late.toFixed(1)} MB late; handles at the end: ${leftOver().join(', ') || 'none'}`,
);
for (const [what, count] of caller.faults) console.error(`FAULT ${what} (${count} times)`);
if (caller.faults.size > 0) process.exitCode = 1;
else console.log('No call failed that need not fail.');
