import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TokenManager } from 'nestjs-client-credentials/core';
import { PostgresTokenStore } from 'nestjs-client-credentials/postgres';
import pg from 'pg';
import { collectEvents } from './support/collect-events.js';
import { startPostgres, type PostgresServer } from './support/postgres-server.js';
import { breakDown, isSharedAgain, openPair, type Connect } from './support/store-pair.js';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.js';

const TIMEOUT_MS = 60_000;
const ENCRYPTION_KEYS = [randomBytes(32)];
const TABLE = 'client_credentials_tokens';
const POOL_SIZE = 4;

let postgres: PostgresServer;
let proxy: TcpProxy;
/** Pool of the test itself. */
let operator: pg.Pool;
/** Pools of the managers under test. */
let pools: pg.Pool[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  proxy = await startTcpProxy(postgres.port);
  operator = new pg.Pool({ connectionString: postgres.url });
  operator.on('error', () => undefined);
}, 300_000);
afterAll(async () => {
  await operator.end();
  await proxy[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await operator.query(`DROP TABLE IF EXISTS ${TABLE}`);
  await storeOn(operator).migrate();
});
afterEach(() => {
  pools = [];
});

function storeOn(pool: pg.Pool): PostgresTokenStore {
  return new PostgresTokenStore({ pool, encryptionKeys: ENCRYPTION_KEYS });
}

const connect: Connect = () => {
  const pool = new pg.Pool({
    connectionString: postgres.url.replace(`:${postgres.port}`, `:${proxy.port}`),
    max: POOL_SIZE,
  });
  pool.on('error', () => undefined);
  pools.push(pool);
  return { store: storeOn(pool), end: () => pool.end() };
};

/** Changes a setting of the server, for sessions that exist as well. */
async function setting(name: string, value: string): Promise<void> {
  await operator.query(`ALTER SYSTEM SET ${name} = ${value}`);
  await operator.query('SELECT pg_reload_conf()');
  await sleep(50);
}

let ends: (() => unknown)[] = [];

/** Ends what a fault has started. */
async function endAll(): Promise<void> {
  for (const end of ends.splice(0)) await end();
  ends = [];
}

/** Locks the table in a transaction of its own. */
async function lockTable(): Promise<void> {
  const client = await operator.connect();
  await client.query(`BEGIN; LOCK TABLE ${TABLE} IN ACCESS EXCLUSIVE MODE`);
  ends.push(async () => {
    await client.query('ROLLBACK');
    client.release();
  });
}

/** Occupies every connection of the pools under test with a long query. */
async function exhaustPools(): Promise<void> {
  const busy = pools.flatMap((pool) =>
    Array.from({ length: POOL_SIZE }, () =>
      pool.query("SELECT pg_sleep(600), 'long'").catch(() => undefined),
    ),
  );
  ends.push(async () => {
    // Queries that have not begun yet would begin later.
    for (let isDone = false; !isDone;) {
      await operator.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600), ''long''%' AND pid <> pg_backend_pid()",
      );
      isDone = await Promise.race([Promise.all(busy).then(() => true), sleep(50, false)]);
    }
  });
}

/** Lets every write fail with an SQLSTATE. */
async function failWrites(state: string): Promise<void> {
  await operator.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '${state}'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON ${TABLE} FOR EACH ROW EXECUTE FUNCTION refuse()`);
  ends.push(() => operator.query('DROP FUNCTION refuse CASCADE'));
}

/** A fault of the server and its end. */
const FAULTS: [string, () => unknown, () => unknown][] = [
  ['that was killed', () => postgres.stop(), () => postgres.restart()],
  ['that hangs', () => postgres.pause(), () => postgres.resume()],
  ['whose connections are cut', () => proxy.cut(), () => proxy.mend()],
  ['that is too slow', () => proxy.slowDown(2_000), () => proxy.mend()],
  ['that answers nonsense', () => proxy.garble(), () => proxy.mend()],
  ['whose pool is busy with long queries', exhaustPools, endAll],
  ['whose table is locked', lockTable, endAll],
  [
    'that only reads',
    () => setting('default_transaction_read_only', 'on'),
    async () => {
      const client = new pg.Client({
        connectionString: postgres.url,
        options: '-c default_transaction_read_only=off',
      });
      await client.connect();
      await client.query('ALTER SYSTEM RESET default_transaction_read_only');
      await client.query('SELECT pg_reload_conf()');
      await client.end();
    },
  ],
  ['whose disk is full', () => failWrites('53100'), endAll],
  ['that fails every transaction as not serializable', () => failWrites('40001'), endAll],
  ['whose table is missing', () => operator.query(`DROP TABLE ${TABLE}`), () => storeOn(operator).migrate()],
];

describe('a Postgres', () => {
  it.each(FAULTS)(
    '%s fails no call, is told of once, and is used again when it is well',
    async (_, break_, mend) => {
      await using pair = await openPair(connect);
      await expect(isSharedAgain(pair)).resolves.toBe(true);

      const { tokens, told } = await breakDown(pair, break_);
      await mend();

      expect({ tokens, told }).toEqual({ tokens: 10, told: 1 });
      await expect(isSharedAgain(pair)).resolves.toBe(true);
      expect(pair.events.filter(({ type }) => type === 'token.failed')).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'that is not there at the start fails no call, and is used when it comes',
    async () => {
      await postgres.stop();
      await using pair = await openPair(connect);

      await pair.one.source('desk').getToken();
      await postgres.restart();

      expect(pair.events.filter(({ type }) => type === 'store.unavailable')).toHaveLength(1);
      await expect(isSharedAgain(pair)).resolves.toBe(true);
    },
    TIMEOUT_MS,
  );

  it(
    'full of rows that were tampered with is as good as empty',
    async () => {
      await using pair = await openPair(connect);
      await pair.one.source('desk').getToken();
      await pair.one.close();

      for (const spoil of ["value = 'garbage'", "value = ''", 'value = NULL', 'value = NULL, count = 3']) {
        await operator.query(`UPDATE ${TABLE} SET ${spoil}`);
        const { store, end } = connect();
        const tokens = new TokenManager({ providers: { desk: pair.server.providerConfig }, store });
        const events = collectEvents(tokens);

        await expect(tokens.source('desk').getToken()).resolves.toMatchObject({ type: 'Bearer' });

        await tokens.close();
        await end();
        expect(events.filter(({ type }) => type === 'store.unavailable')).toEqual([]);
      }
    },
    TIMEOUT_MS,
  );

  it(
    'that hangs for many callers leaves few statements behind, and locks that come late are freed',
    async () => {
      await using pair = await openPair(connect);
      await isSharedAgain(pair);
      const source = pair.one.source('desk');
      const scopes = Array.from({ length: 30 }, (_, index) => `scope-${index}`);

      await postgres.pause();
      await Promise.all(scopes.map((scope) => source.getToken({ scope })));
      const left = pools[0]?.waitingCount ?? 0;
      for (let round = 0; round < 10; round += 1)
        await Promise.all(scopes.map((scope) => source.getToken({ scope, forceRefresh: true })));
      const leftAtLast = pools[0]?.waitingCount ?? 0;
      await postgres.resume();
      while ((pools[0]?.waitingCount ?? 0) > 0) await sleep(20);
      await expect(isSharedAgain(pair)).resolves.toBe(true);

      // One for each of the first callers; an open circuit adds none but a probe.
      expect(left).toBeLessThanOrEqual(scopes.length);
      expect(leftAtLast).toBeLessThanOrEqual(left + 2);
      const locks = async () =>
        (await operator.query(`SELECT FROM ${TABLE} WHERE owner IS NOT NULL`)).rows.length;
      while ((await locks()) > 0) await sleep(20);
    },
    TIMEOUT_MS,
  );
});
