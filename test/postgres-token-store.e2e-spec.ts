import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TokenManager, type TokenStore } from 'nestjs-client-credentials/core';
import {
  PostgresTokenStore,
  type PostgresPool,
  type PostgresTokenStoreOptions,
} from 'nestjs-client-credentials/postgres';
import { startAuthorizationServer, tokenStoreContract } from 'nestjs-client-credentials/testing';
import pg from 'pg';
import { startPgBouncer, type PgBouncer } from './support/pgbouncer.js';
import { sharedPostgresUrl } from './support/postgres-server.js';

const LONG_MS = 60_000;

let postgres: { url: string } & AsyncDisposable;
let bouncer: PgBouncer;
/** Pool of the test itself. */
let operator: pg.Pool;
const pools: pg.Pool[] = [];

beforeAll(async () => {
  postgres = await sharedPostgresUrl();
  bouncer = await startPgBouncer(postgres.url);
  operator = new pg.Pool({ connectionString: postgres.url });
}, 300_000);
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()));
});
afterAll(async () => {
  await operator.end();
  await bouncer[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

/** Pool that is closed at the end of its test. */
function poolOf(config: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: postgres.url, ...config });
  pools.push(pool);
  return pool;
}

function newName(): string {
  return `tokens_${randomUUID()}`;
}

/** A store on a new table. */
async function newStore(
  options: Partial<PostgresTokenStoreOptions> = {},
): Promise<{ store: PostgresTokenStore; table: string }> {
  const tableName = options.tableName ?? newName();
  const pool = options.pool ?? poolOf();
  const store = new PostgresTokenStore({ encryptionKeys: [randomBytes(32)], ...options, pool, tableName });
  await store.migrate();
  return { store, table: `"${tableName}"` };
}

interface Row {
  key: string;
  value: string | null;
  owner: string | null;
  count: string | null;
  expires_at: Date;
}

async function rowsOf(table: string): Promise<Row[]> {
  return (await operator.query<Row>(`SELECT * FROM ${table} ORDER BY key`)).rows;
}

/** A pool that records its statements. */
function recorded(pool: pg.Pool): { pool: PostgresPool; statements: { text: string; values: unknown[] }[] } {
  const statements: { text: string; values: unknown[] }[] = [];
  const query: PostgresPool['query'] = async (text, values = []) => {
    statements.push({ text, values });
    return pool.query(text, values);
  };
  return { pool: { query }, statements };
}

/** Polls a condition of the database. */
async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(20);
}

const WAYS: [string, () => pg.PoolConfig][] = [
  ['directly', () => ({})],
  ['through PgBouncer in transaction mode', () => ({ connectionString: bouncer.url })],
  ['at the level repeatable read', () => ({ options: '-c default_transaction_isolation=repeatable\\ read' })],
  ['at the level serializable', () => ({ options: '-c default_transaction_isolation=serializable' })],
];

describe.each(WAYS)('a store in Postgres, %s', (_, config) => {
  const tableName = newName();
  const encryptionKeys = [randomBytes(32)];
  const makeStore = async (): Promise<TokenStore> => {
    const store = new PostgresTokenStore({ pool: poolOf(config()), encryptionKeys, tableName });
    await store.migrate();
    return store;
  };

  it.each(tokenStoreContract(makeStore))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it('counts increments of several pools exactly, and gives a lock to one of them', async () => {
    const stores = await Promise.all([makeStore(), makeStore(), makeStore()]);
    const counts = await Promise.all(
      stores.flatMap((store) =>
        Array.from({ length: 20 }, async () => store.increment?.('counter', LONG_MS)),
      ),
    );
    const locks = await Promise.all(stores.map(async (store) => store.lock?.('lock', LONG_MS)));

    expect(new Set(counts)).toEqual(new Set(Array.from({ length: 60 }, (__, index) => index + 1)));
    expect(locks.filter((lock) => lock !== undefined)).toHaveLength(1);
  });
});

describe('the table of a store in Postgres', () => {
  it('is created once by many processes at the same time', async () => {
    const tableName = newName();
    const stores = Array.from(
      { length: 12 },
      () => new PostgresTokenStore({ pool: poolOf({ max: 1 }), encryptionKeys: 'plaintext', tableName }),
    );

    await Promise.all(stores.map((store) => store.migrate()));

    await stores[0]?.set('a', 'A', LONG_MS);
    expect(await stores[1]?.get('a')).toBe('A');
  });

  it('keeps its rows when it is created again', async () => {
    const { store, table } = await newStore();
    await store.set('a', 'A', LONG_MS);

    await store.migrate();
    await operator.query(store.migrationSql());

    expect(await store.get('a')).toBe('A');
    expect(await rowsOf(table)).toHaveLength(1);
  });

  it('is the same by migrationSql, and then needs no privilege to create', async () => {
    const tableName = newName();
    const role = `role_${randomUUID()}`;
    const sql = new PostgresTokenStore({
      pool: operator,
      encryptionKeys: 'plaintext',
      tableName,
    }).migrationSql();
    await operator.query(sql);
    await operator.query(`CREATE ROLE "${role}"`);
    await operator.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON "${tableName}" TO "${role}"`);
    const store = new PostgresTokenStore({
      pool: poolOf({ options: `-c role=${role}` }),
      encryptionKeys: 'plaintext',
      tableName,
    });

    await store.migrate();
    await Promise.all(tokenStoreContract(() => store).map(({ run }) => run()));

    expect(sql).toMatch(/^CREATE UNLOGGED TABLE IF NOT EXISTS [^;]*;\nCREATE INDEX IF NOT EXISTS [^;]*;\n$/);
    await operator.query(`DROP OWNED BY "${role}"; DROP ROLE "${role}"`);
  });

  it('works logged as well', async () => {
    const { store, table } = await newStore();
    await operator.query(`ALTER TABLE ${table} SET LOGGED`);

    await store.migrate();
    await store.set('a', 'A', LONG_MS);

    expect(await store.get('a')).toBe('A');
  });

  it.each([
    ['a quotation mark and a statement', 'x"; DROP TABLE victims; --'],
    ['other quotation marks', `it's $1 \\ $$ $a$`],
    ['capitals and blanks', 'Tokens Of Mine'],
    ['63 bytes', 'é'.repeat(31) + 'x'],
    ['a reserved word', 'user'],
  ])('may have a name with %s, in a schema with such a name', async (_, name) => {
    await operator.query('CREATE TABLE IF NOT EXISTS victims ()');
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await operator.query(`CREATE SCHEMA ${quoted}`);
    const { store } = await newStore({ tableName: name, schema: name });

    await Promise.all(tokenStoreContract(() => store).map(({ run }) => run()));
    await store.migrate();
    await operator.query(store.migrationSql());

    const { rows } = await operator.query<{ indexes: number }>(
      'SELECT count(*)::int AS indexes FROM pg_indexes WHERE schemaname = $1 AND tablename = $1',
      [name],
    );
    expect(rows).toEqual([{ indexes: 2 }]);
    await operator.query(`DROP SCHEMA ${quoted} CASCADE; DROP TABLE victims`);
  });

  it('does not come into being without its schema', async () => {
    await expect(newStore({ schema: 'nowhere' })).rejects.toThrow(/schema "nowhere" does not exist/);
  });

  it('holds nothing in clear but owners and counts, and every row ends', async () => {
    const { store, table } = await newStore();
    await store.set('the-name', 'the-token', LONG_MS);
    await store.lock('the-name.lock', LONG_MS);
    await store.increment('the-counter', LONG_MS);

    const rows = await rowsOf(table);

    expect(rows).toHaveLength(3);
    expect(JSON.stringify(rows)).not.toMatch(/the-name|the-token|the-counter/);
    for (const row of rows) expect(row.expires_at.getTime()).toBeLessThan(Date.now() + 2 * LONG_MS);
  });

  it('does not grow: rows that ended go while other tokens are written', async () => {
    const { store, table } = await newStore();
    await operator.query(`INSERT INTO ${table} (key, value, expires_at)
      SELECT 'ended ' || n, 'x', now() - interval '1 day' FROM generate_series(1, 950) AS n`);
    await store.lock('forgotten', 1);
    await store.increment('counter', 1);
    await sleep(5);

    const left = [];
    for (let count = 1; count <= 10; count += 1) {
      await store.set(`key ${count}`, 'value', LONG_MS);
      const expected = Math.max(952 - 100 * count, 0) + count;
      await eventually(async () => (await rowsOf(table)).length <= expected);
      left.push((await rowsOf(table)).length - expected);
    }

    // One batch with each written token.
    expect(left).toEqual(Array.from({ length: 10 }, () => 0));
  });

  it('is cleaned by many processes without a deadlock', async () => {
    const tableName = newName();
    const made = await Promise.all(Array.from({ length: 4 }, () => newStore({ tableName })));
    await operator.query(`INSERT INTO "${tableName}" (key, value, expires_at)
      SELECT 'ended ' || n, 'x', now() - interval '1 day' FROM generate_series(1, 4000) AS n`);

    await Promise.all(
      made.flatMap(({ store }) =>
        Array.from({ length: 25 }, async (_, index) => {
          await store.set(`key ${index}`, 'value', 1);
          return store.increment(`counter ${index}`, 1);
        }),
      ),
    );

    const { rows } = await operator.query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(Number(rows[0]?.deadlocks)).toBe(0);
  });
});

describe('a value in Postgres', () => {
  it('is decrypted with every key, and encrypted with the first', async () => {
    const [old, current] = [randomBytes(32), randomBytes(32)];
    const tableName = newName();
    const { store: before } = await newStore({ tableName, encryptionKeys: [old] });
    const { store: during } = await newStore({ tableName, encryptionKeys: [current, old] });
    const { store: after } = await newStore({
      tableName,
      encryptionKeys: [current.toString('base64url')],
    });
    await before.set('a', 'A', LONG_MS);

    expect(await during.get('a')).toBe('A');
    expect(await after.get('a')).toBeUndefined();
    await during.set('b', 'B', LONG_MS);
    expect(await after.get('b')).toBe('B');
    expect(await before.get('b')).toBeUndefined();
  });

  it('is rejected if it was copied to another row or tampered with', async () => {
    const { store, table } = await newStore();
    await store.set('a', 'A', LONG_MS);
    const [original] = await rowsOf(table);
    await store.set('b', 'B', LONG_MS);

    await operator.query(`UPDATE ${table} SET value = $1`, [original?.value]);
    expect(await store.get('a')).toBe('A');
    expect(await store.get('b')).toBeUndefined();
    for (const garbage of ['', 'nonsense', '{}', `${original?.value}x`, 'a.b.c.d.e', null]) {
      await operator.query(`UPDATE ${table} SET value = $1`, [garbage]);
      expect(await store.get('a')).toBeUndefined();
    }
  });

  it('is in clear only with encryptionKeys plaintext', async () => {
    const { store, table } = await newStore({ encryptionKeys: 'plaintext' });
    await store.set('a', 'the-token', LONG_MS);

    expect((await rowsOf(table)).map(({ value }) => value)).toEqual(['the-token']);
  });

  it('lives by the clock of the database, whatever the clock of the process says', async () => {
    const { store } = await newStore();
    jest.spyOn(Date, 'now').mockReturnValue(0);

    await store.set('a', 'A', LONG_MS);
    const lock = await store.lock('b', LONG_MS);

    expect(await store.get('a')).toBe('A');
    expect(lock).toBeDefined();
    expect(await store.lock('b', LONG_MS)).toBeUndefined();
  });

  it('is separate from a lock and a counter of the same key', async () => {
    const { store } = await newStore();

    await store.lock('a', LONG_MS);
    const ofLock = await store.get('a');
    await store.increment('b', LONG_MS);
    const ofCounter = await store.get('b');
    await store.set('b', 'B', LONG_MS);

    expect([ofLock, ofCounter, await store.get('b')]).toEqual([undefined, undefined, 'B']);
    expect(await store.increment('b', LONG_MS)).toBe(1);
  });
});

describe('the statements of a store in Postgres', () => {
  /** Runs every operation once and returns what was sent. */
  async function everyStatement(store: PostgresTokenStore): Promise<void> {
    await store.get('key 7');
    await store.set('key 7', 'value', LONG_MS);
    await store.delete('key 7');
    await (await store.lock('lock', LONG_MS))?.release();
    await store.increment('counter', LONG_MS);
  }

  it('use the primary key, and the index of the expiry, in a table of many rows', async () => {
    const { pool, statements } = recorded(poolOf());
    const { store, table } = await newStore({ pool });
    await operator.query(`INSERT INTO ${table} (key, value, expires_at)
      SELECT 'row ' || n, 'x', now() + (n - 1000) * interval '1 second' FROM generate_series(1, 50000) AS n`);
    await operator.query(`ANALYZE ${table}`);
    statements.length = 0;
    await everyStatement(store);

    const plans = [];
    for (const { text, values } of statements) {
      const { rows } = await operator.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }

    expect(plans).toHaveLength(7);
    for (const plan of plans) {
      expect(plan).not.toContain('Seq Scan');
      expect(plan).toMatch(/_pkey/);
    }
    expect(plans.filter((plan) => plan.includes('_expires_at'))).toHaveLength(1);
  });

  it('are five for an acquired token and one that cleans, and none for a call with a cached token', async () => {
    const { pool, statements } = recorded(poolOf());
    const { store } = await newStore({ pool });
    statements.length = 0;
    const server = await startAuthorizationServer();
    const tokens = new TokenManager({ providers: { desk: server.providerConfig }, store });
    const source = tokens.source('desk');

    await source.getToken();
    await eventually(async () => statements.length >= 6);
    const acquired = statements.map(({ text }) => text.split(' ')[0]);
    for (let count = 0; count < 100; count += 1) await source.getToken();
    await tokens.close();
    await server.close();

    expect(acquired.slice(0, 4)).toEqual(['SELECT', 'INSERT', 'SELECT', 'INSERT']);
    // The lock is freed and ended rows are removed, in any order.
    expect(acquired.slice(4)).toEqual(['DELETE', 'DELETE']);
    expect(statements).toHaveLength(6);
  });

  it('are two more for a token that is requested within a budget, and once a third', async () => {
    const { pool, statements } = recorded(poolOf());
    const { store } = await newStore({ pool });
    const server = await startAuthorizationServer();
    const provider = { ...server.providerConfig, issuance: { limit: 5, windowSeconds: 3600 } };
    const tokens = new TokenManager({ providers: { desk: provider }, store });
    const source = tokens.source('desk');
    // Without those that clean: there may be one for each written row.
    const withoutCleaning = (): unknown[] => statements.filter(({ text }) => !text.includes('SKIP LOCKED'));
    const sentFor = async (scope: string, count: number): Promise<number> => {
      statements.length = 0;
      await source.getToken({ scope });
      await eventually(async () => withoutCleaning().length >= count);
      return withoutCleaning().length;
    };

    const sent = [await sentFor('a', 8), await sentFor('b', 7), await sentFor('c', 7)];
    await tokens.close();
    await server.close();

    expect(sent).toEqual([8, 7, 7]);
  });

  it('hold no connection while a token is requested', async () => {
    const pool = poolOf({ max: 1 });
    const { store } = await newStore({ pool });
    const server = await startAuthorizationServer();
    server.tokenEndpoint.answerNext(1, 'hang');
    const provider = { ...server.providerConfig, tokenRequest: { timeoutMs: 2_000 } };
    const tokens = new TokenManager({ providers: { desk: provider }, store });

    const asked = tokens.source('desk').getToken();
    await server.tokenEndpoint.received(1);
    const { rows } = await pool.query('SELECT 1 AS one');

    expect([rows, pool.totalCount, pool.idleCount]).toEqual([[{ one: 1 }], 1, 1]);
    await tokens.close();
    await expect(asked).rejects.toThrow('closed');
    await server.close();
  });
});

describe('a mistake in the set-up of a store in Postgres', () => {
  const right = { pool: { query: async () => ({ rows: [] }) }, encryptionKeys: [randomBytes(32)] };

  it.each<[string, object, RegExp]>([
    ['no pool', { pool: undefined }, /pool: must be a Pool of pg/],
    ['a connection string', { pool: 'postgres://localhost' }, /pool: must be a Pool of pg/],
    ['no keys', { encryptionKeys: undefined }, /encryptionKeys: must be a list of keys, or 'plaintext'/],
    ['a short key', { encryptionKeys: [Buffer.from('short')] }, /encryptionKeys\.0: must be 32 bytes/],
    ['an empty name', { tableName: '' }, /tableName: must be a name of 1 to 63 bytes/],
    [
      'a name that Postgres would cut',
      { tableName: 'é'.repeat(32) },
      /tableName: must be a name of 1 to 63 bytes/,
    ],
    ['a name that Postgres refuses', { schema: 'a\0b' }, /schema: must be a name/],
    ['a name of another type', { schema: 1, tableName: {} }, /tableName: must.*\n.*schema: must/],
    ['a misspelt option', { table: 'tokens' }, /table: is no option here/],
  ])('is told for %s', (_, options, message) => {
    expect(() => new PostgresTokenStore({ ...right, ...options })).toThrow(message);
  });

  it.each<[string, (table: string) => Promise<unknown>, RegExp]>([
    [
      'is missing',
      (table) => operator.query(`DROP TABLE ${table}`),
      /does not exist\. Call migrate\(\) once/,
    ],
    [
      'is that of another purpose',
      (table) => operator.query(`ALTER TABLE ${table} RENAME expires_at TO other`),
      /has other columns\. Choose another tableName/,
    ],
  ])('warns once of a table that %s', async (_, spoil, message) => {
    const warned = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const { store, table } = await newStore();
    await spoil(table);

    await expect(store.get('a')).rejects.toThrow('does not exist');
    await expect(store.set('a', 'A', LONG_MS)).rejects.toThrow('does not exist');

    expect(warned.mock.calls).toEqual([[expect.stringMatching(message), 'ClientCredentialsWarning']]);
  });

  it('warns of a missing privilege', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const role = `role_${randomUUID()}`;
    await operator.query(`CREATE ROLE "${role}"`);
    const { store: owners, table } = await newStore();
    const tableName = table.slice(1, -1);
    const pool = poolOf({ options: `-c role=${role}` });
    const store = new PostgresTokenStore({ pool, encryptionKeys: 'plaintext', tableName });

    await store.migrate();
    await expect(store.get('a')).rejects.toThrow(/permission denied/);

    expect(warned.mock.calls).toEqual([
      [expect.stringMatching(/Grant SELECT, INSERT/), 'ClientCredentialsWarning'],
    ]);
    expect(await owners.get('a')).toBeUndefined();
    await operator.query(`DROP ROLE "${role}"`);
  });
});
