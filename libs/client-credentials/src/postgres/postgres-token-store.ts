import { randomUUID } from 'node:crypto';
import { invalidConfiguration } from '../base/errors.js';
import { asObject } from '../base/objects.js';
import { isFunction, optional, optionsOf, valueThat, type ChecksOf } from '../config/checks.js';
import type { Lock, TokenStore } from '../config/token-store.js';
import { cipherOf, type EncryptionKey, type ValueCipher } from '../store/encryption.js';
import { hashedKey, wholeMs } from '../store/hashed-key.js';
import { migrate, migrationStatements } from './migration.js';
import { runStatement, sqlStateOf, type PostgresPool } from './postgres-pool.js';
import { statementsOn, type Statements } from './statements.js';
import { isName, MAX_NAME_BYTES, tableNamesOf, type TableNames } from './table-names.js';

/** Options of a {@link PostgresTokenStore}. */
export interface PostgresTokenStoreOptions {
  /**
   * `Pool` of `pg` 8, also one that connects to PgBouncer in transaction mode. The store never closes it.
   *
   * Give the pool a listener for `error`: without one, `pg` ends the process when an idle connection is lost.
   */
  pool: PostgresPool;
  /**
   * Encryption keys of 32 bytes, as `Uint8Array` or base64url; or `'plaintext'`.
   *
   * The first key encrypts, every key decrypts. To rotate, put the new key first, and remove the old key once every
   * process has the new one. `'plaintext'` stores tokens unencrypted: for development, or for a database that is guarded
   * as well as the client secrets.
   */
  encryptionKeys: EncryptionKey[] | 'plaintext';
  /**
   * Name of the table, of at most 63 bytes. Any characters may be in it; the name is quoted.
   *
   * @defaultValue `'client_credentials_tokens'`
   */
  tableName?: string;
  /**
   * Schema of the table, which exists already.
   *
   * @defaultValue the first schema of the connection's `search_path`
   */
  schema?: string;
}

const aName = valueThat(
  isName,
  `must be a name of 1 to ${MAX_NAME_BYTES} bytes, without the character of code 0`,
);
const CHECKS: ChecksOf<PostgresTokenStoreOptions> = {
  pool: valueThat((pool) => isFunction(asObject(pool)['query']), 'must be a Pool of pg'),
  // Checked by `cipherOf`.
  encryptionKeys: () => [],
  tableName: optional(aName),
  schema: optional(aName),
};
const checkOptions = optionsOf(CHECKS);

/** What to do about a table that cannot be used, by SQLSTATE. */
const ADVICE: Record<string, string> = {
  '42P01': 'does not exist. Call migrate() once, or run the statements of migrationSql().',
  '42703': 'has other columns. Choose another tableName, or compare its columns with migrationSql().',
  '42501': 'may not be used. Grant SELECT, INSERT, UPDATE and DELETE on the table to the role of the pool.',
};

/**
 * Shares tokens between the processes of a fleet, in Postgres.
 *
 * One process acquires a token and all use it, a refused token is replaced once, and token requests are counted
 * together. Values are encrypted (JWE, A256GCM) and bound to their keys. Keys are hashed. Every row expires by the
 * database's clock, and rows that ended are removed while tokens are written.
 *
 * Each operation is one statement without a name, outside a transaction: PgBouncer in transaction mode will do. No
 * connection is held while a token is requested.
 *
 * @example
 * ```ts
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 * pool.on('error', (error) => logger.warn(error.message));
 * const store = new PostgresTokenStore({ pool, encryptionKeys: [process.env.TOKEN_KEY] });
 * await store.migrate();
 * const tokens = new TokenManager({ providers, store });
 * ```
 */
export class PostgresTokenStore implements TokenStore {
  readonly #pool: PostgresPool;
  readonly #names: TableNames;
  readonly #statements: Statements;
  readonly #cipher: ValueCipher;
  #isCleaning = false;
  #hasAdvised = false;

  /** @throws `ClientCredentialsError` `invalid_configuration` for an unusable pool, name or encryption key */
  constructor(options: PostgresTokenStoreOptions) {
    const problems = checkOptions(options).map(({ path, message }) => [...path, message].join(': '));
    if (problems.length > 0) throw invalidConfiguration(problems);
    const { pool, encryptionKeys, tableName = 'client_credentials_tokens', schema } = options;
    this.#pool = pool;
    this.#names = tableNamesOf(tableName, schema);
    this.#statements = statementsOn(this.#names.table);
    this.#cipher = cipherOf(encryptionKeys);
  }

  /**
   * Creates the table and its index, unless they exist. Many processes may call it at once.
   *
   * The table is unlogged: its rows are not in the write-ahead log. It is empty after a crash of the server or on a promoted
   * replica, which costs one request per token. `ALTER TABLE … SET LOGGED` changes that; the store then works as before.
   *
   * @throws the error of the database, such as a missing privilege to create a table
   */
  async migrate(): Promise<void> {
    await migrate(this.#pool, this.#names);
  }

  /**
   * Returns the statements of {@link migrate}, for a migration of your own. They may be run again.
   *
   * @example
   * ```ts
   * await queryRunner.query(store.migrationSql());
   * ```
   */
  migrationSql(): string {
    return migrationStatements(this.#names)
      .map((statement) => `${statement};\n`)
      .join('');
  }

  async get(key: string): Promise<string | undefined> {
    const name = hashedKey(key);
    const [row] = await this.#run('get', name);
    const { value } = asObject(row);
    return typeof value === 'string' ? this.#cipher.open(name, value) : undefined;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const name = hashedKey(key);
    const expiresInMs = wholeMs(ttlMs);
    await this.#run('set', name, await this.#cipher.seal(name, value), expiresInMs);
    void this.#clean();
  }

  async delete(key: string): Promise<void> {
    await this.#run('delete', hashedKey(key));
  }

  async lock(key: string, ttlMs: number): Promise<Lock | undefined> {
    const name = hashedKey(key);
    const owner = randomUUID();
    const rows = await this.#run('lock', name, owner, wholeMs(ttlMs));
    if (rows.length === 0) return undefined;
    return { release: async () => void (await this.#run('release', name, owner)) };
  }

  async increment(key: string, windowMs: number): Promise<number> {
    const [row] = await this.#run('increment', hashedKey(key), wholeMs(windowMs));
    return Number(asObject(row)['count']);
  }

  /** Removes a batch of ended rows in the background, one batch at a time. */
  async #clean(): Promise<void> {
    if (this.#isCleaning) return;
    this.#isCleaning = true;
    try {
      await this.#run('clean');
    } catch {
      // Rows that stay are removed after a later write.
    } finally {
      this.#isCleaning = false;
    }
  }

  async #run(statement: keyof Statements, ...values: unknown[]): Promise<readonly unknown[]> {
    try {
      return await runStatement(this.#pool, this.#statements[statement], values);
    } catch (error) {
      this.#advise(ADVICE[sqlStateOf(error)]);
      throw error;
    }
  }

  /** Warns once. Without the warning, a mistake of the set-up looks like an outage. */
  #advise(advice: string | undefined): void {
    if (advice === undefined || this.#hasAdvised) return;
    this.#hasAdvised = true;
    process.emitWarning(
      `The table ${this.#names.table} of the PostgresTokenStore ${advice} Until then the store counts as unavailable.`,
      'ClientCredentialsWarning',
    );
  }
}
