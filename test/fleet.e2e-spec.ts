import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProviderConfig } from 'nestjs-client-credentials/core';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import pg from 'pg';
import { createClient } from 'redis';
import { compileLibrary, type CompiledLibrary } from './support/compiled-library.js';
import { startFleet, type Fleet, type SharedStore } from './support/fleet.js';
import { startPostgres } from './support/postgres-server.js';
import { startRedis } from './support/redis-server.js';
import { until } from './support/until.js';

const SIZE = 8;
const TIMEOUT_MS = 300_000;
const ATTEMPTS = 3;
const ISSUANCE = { limit: 20, windowSeconds: 3600 };

/** Server of a shared store, and what an operator does to it. */
interface StoreServer extends AsyncDisposable {
  readonly url: string;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

interface Store {
  readonly kind: SharedStore['kind'];
  readonly start: () => Promise<StoreServer>;
  /** Removes every token, lock and counter. */
  readonly empty: (url: string) => Promise<void>;
}

const STORES: [string, Store][] = [
  ['Redis', { kind: 'redis', start: startRedis, empty: emptyRedis }],
  ['Postgres', { kind: 'postgres', start: startPostgres, empty: emptyPostgres }],
];

async function emptyRedis(url: string): Promise<void> {
  const operator = await createClient({ url }).connect();
  await operator.flushAll();
  operator.destroy();
}

async function emptyPostgres(url: string): Promise<void> {
  const operator = new pg.Client({ connectionString: url });
  await operator.connect();
  await operator.query('TRUNCATE client_credentials_tokens');
  await operator.end();
}

let library: CompiledLibrary;
let store: Store;
let storeServer: StoreServer;
let server: AuthorizationServer;
let fleet: Fleet;

beforeAll(async () => {
  library = await compileLibrary('fleet');
}, TIMEOUT_MS);
afterAll(async () => library[Symbol.asyncDispose]());

/** A fleet of processes with their shared authorization server and store. */
async function assemble(provider: Partial<ProviderConfig> = {}, size = SIZE): Promise<void> {
  fleet = await startFleet({
    size,
    library: library.directory,
    store: { kind: store.kind, url: storeServer.url },
    provider: { ...server.providerConfig, ...provider },
  });
}

beforeEach(async () => {
  server = await startAuthorizationServer();
});
afterEach(async () => {
  await fleet[Symbol.asyncDispose]();
  await server.close();
}, TIMEOUT_MS);

/** Waits until an instant (epoch ms). */
async function reached(instant = 0): Promise<void> {
  await sleep(Math.max(instant - Date.now(), 0) + 1);
}

describe.each(STORES)('a fleet of eight processes, with %s', (_, each) => {
  beforeAll(async () => {
    store = each;
    storeServer = await store.start();
  }, TIMEOUT_MS);
  afterAll(async () => storeServer[Symbol.asyncDispose]());

  it(
    'requests one token at a cold start, one at expiry, and one after a revocation',
    withStore(async () => {
      // Long enough to be used, short enough for the test to wait.
      server.lifetimeSeconds = 8;
      await assemble();

      const cold = await fleet.all((replica) => replica.call());
      const afterStart = server.tokenRequests.length;
      server.lifetimeSeconds = 3600;
      await reached(server.issued[0]?.expiresAt);
      const ended = await fleet.all((replica) => replica.call());
      const afterEnd = server.tokenRequests.length;
      server.revoke();
      const revoked = await fleet.all((replica) => replica.call());
      const afterRevocation = server.tokenRequests.length;

      expect([...cold, ...ended, ...revoked]).toEqual(Array.from({ length: 3 * SIZE }, () => 200));
      expect([afterStart, afterEnd - afterStart, afterRevocation - afterEnd]).toEqual([1, 1, 1]);
    }),
    TIMEOUT_MS,
  );

  it(
    'renews ahead of expiry in one process, and the others use the new token in time',
    withStore(async () => {
      server.lifetimeSeconds = 20;
      await assemble({ lifetime: { refreshAheadSeconds: 18, expirySkewSeconds: 1 } });
      await fleet.all((replica) => replica.getToken());
      const [first] = server.issued;
      await reached(Number(first?.expiresAt) - 18_000);

      const served = await fleet.all((replica) => replica.getToken());
      await until(() => server.issued.length > 1);
      let inUse: Set<string>;
      do inUse = new Set(await fleet.all((replica) => replica.getToken()));
      while (inUse.has(first?.value ?? ''));

      expect(new Set(served)).toEqual(new Set([first?.value]));
      expect(server.tokenRequests).toHaveLength(2);
      expect(inUse).toEqual(new Set([server.issued[1]?.value]));
    }),
    TIMEOUT_MS,
  );

  it(
    'recovers when the requesting process dies',
    withStore(async () => {
      await assemble({ tokenRequest: { timeoutMs: 1500 } }, 4);
      server.tokenEndpoint.answerNext(1, 'hang');
      const [holder, ...others] = fleet.replicas;
      const lost = holder?.getToken();
      lost?.catch(() => undefined);
      await server.tokenEndpoint.received(1);

      const waiting = others.map((replica) => replica.getToken());
      await holder?.kill();
      const values = await Promise.all(waiting);

      expect(new Set(values).size).toBe(1);
      expect(server.tokenRequests).toHaveLength(2);
    }),
    TIMEOUT_MS,
  );

  it(
    'never brings a refused token back from the store',
    withStore(async () => {
      await assemble({}, 3);
      const [first, second, third] = fleet.replicas;
      const refused = await first?.getToken();
      await second?.getToken();
      server.revoke();

      const status = await first?.call();
      const calls = server.apiRequests.length;
      const late = await second?.call();
      const fresh = await third?.getToken();

      expect([status, late]).toEqual([200, 200]);
      // The second process replaced its refused token with the first process's token.
      expect(server.apiRequests.length - calls).toBe(2);
      expect(fresh).not.toBe(refused);
      expect(server.tokenRequests).toHaveLength(2);
    }),
    TIMEOUT_MS,
  );

  it(
    'counts its token requests together, including those of terminated processes',
    withStore(async () => {
      await assemble({ issuance: { limit: 5, windowSeconds: 3600 }, tokenRequest: { timeoutMs: 1000 } }, 3);
      const [first, second, third] = fleet.replicas;
      await first?.getToken({ forceRefresh: true });
      await first?.getToken({ forceRefresh: true });
      await first?.kill();
      await second?.getToken({ forceRefresh: true });
      await second?.getToken({ forceRefresh: true });
      await third?.getToken({ forceRefresh: true });

      const refused = third?.getToken({ forceRefresh: true });

      await expect(refused).rejects.toThrow('issuance_limit_reached');
      expect(await second?.getToken()).toBeDefined();
      expect(await second?.events()).toContain('issuance.near-limit');
      expect(server.tokenRequests).toHaveLength(5);
    }),
    TIMEOUT_MS,
  );

  it(
    'keeps its budget when the store loses everything, but for what a process does not know of',
    withStore(async () => {
      await assemble({ issuance: ISSUANCE });
      const spent = [await rounds(3)];
      await store.empty(storeServer.url);
      spent.push(await rounds(1));

      spent.push(await rounds(3));
      await store.empty(storeServer.url);
      spent.push(await rounds(3));

      const [first, unknown = 0, later, afterSecond] = spent;
      expect([first, later, afterSecond]).toEqual([ISSUANCE.limit, 0, 0]);
      // A process goes on from the largest count that it has seen, or that another process tells.
      expect(unknown).toBeLessThan(SIZE);
    }),
    TIMEOUT_MS,
  );

  it(
    'keeps its budget while the store does not answer, and counts afterwards what was spent meanwhile',
    async () => {
      await assemble({ issuance: ISSUANCE });
      await storeServer.pause();
      const away = await rounds(4, 'at once');
      await storeServer.resume();
      const back = await roundsUntilCounted();

      expect(away).toBe(SIZE * 2);
      expect(away + back).toBeGreaterThanOrEqual(ISSUANCE.limit);
      // A process that is back early does not know yet what the others have spent.
      expect(away + back).toBeLessThanOrEqual(ISSUANCE.limit + SIZE);
    },
    TIMEOUT_MS,
  );
});

/**
 * A scenario with a store that answers. Starts anew if a process was without the store: one that takes longer than 250 ms
 * counts as unavailable, and on a machine that is too busy any store does.
 */
function withStore(scenario: () => Promise<void>): () => Promise<void> {
  return async () => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await scenario();
        return;
      } catch (error) {
        if (attempt === ATTEMPTS || !(await wasWithoutStore())) throw error;
        await fleet[Symbol.asyncDispose]();
        await server.close();
        server = await startAuthorizationServer();
      }
    }
  };
}

/** Whether a living process of the fleet was without the store. */
async function wasWithoutStore(): Promise<boolean> {
  const events = await Promise.all(
    fleet.replicas.map((replica) => replica.events().catch((): string[] => [])),
  );
  return events.flat().includes('store.unavailable');
}

/** Requests tokens until every process is refused by the count of the store. Returns how many the budget allowed. */
async function roundsUntilCounted(): Promise<number> {
  let count = 0;
  for (let refused = 0; refused < SIZE;) {
    refused = 0;
    for (const replica of fleet.replicas) {
      const outcome = await replica.getToken({ forceRefresh: true }).catch((error: unknown) => String(error));
      if (!outcome.includes('issuance_limit_reached')) count += 1;
      else if (!outcome.includes('gives no count')) refused += 1;
    }
  }
  return count;
}

/** Requests tokens in each process, so many times. Returns how many the budget allowed. */
async function rounds(times: number, order: 'in turn' | 'at once' = 'in turn'): Promise<number> {
  let count = 0;
  const spend = async (replica: Fleet['replicas'][number]): Promise<void> => {
    const token = await replica.getToken({ forceRefresh: true }).catch((error: unknown) => String(error));
    if (!token.includes('issuance_limit_reached')) count += 1;
  };
  for (let round = 0; round < times; round += 1) {
    if (order === 'at once') await fleet.all(spend);
    else for (const replica of fleet.replicas) await spend(replica);
  }
  return count;
}
