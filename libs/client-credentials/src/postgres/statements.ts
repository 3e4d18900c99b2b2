/** The statements of a store on one table. Each is complete in itself: no transaction and no session state. */
export interface Statements {
  /** Key. Returns the value of a row that has not ended. */
  readonly get: string;
  /** Key, value, milliseconds. */
  readonly set: string;
  /** Key. */
  readonly delete: string;
  /** Key, owner, milliseconds. Returns a row if the lock was free. */
  readonly lock: string;
  /** Key, owner. */
  readonly release: string;
  /** Key, milliseconds. Returns the count. */
  readonly increment: string;
  /** Deletes rows that have ended. */
  readonly clean: string;
}

// One batch of rows per written token: the table shrinks faster than it grows.
const CLEANED_ROWS = 100;

// Start of the statement by the database's clock. `clock_timestamp()` may change within a statement, and uses no index.
const NOW = 'statement_timestamp()';

/**
 * Writes the statements.
 *
 * A statement that waited for a row judges by its start, hence too early: it takes no lock that another has just taken,
 * and gives a row no more time than asked for.
 *
 * @param table - quoted name
 */
export function statementsOn(table: string): Statements {
  const hasEnded = `kept.expires_at <= ${NOW}`;
  return {
    get: `SELECT value FROM ${table} WHERE key = $1 AND expires_at > ${NOW}`,
    set: `INSERT INTO ${table} (key, value, expires_at) VALUES ($1, $2, ${inMs('$3')})
ON CONFLICT (key) DO UPDATE SET value = excluded.value, owner = NULL, count = NULL, expires_at = excluded.expires_at`,
    delete: `DELETE FROM ${table} WHERE key = $1`,
    lock: `INSERT INTO ${table} AS kept (key, owner, expires_at) VALUES ($1, $2, ${inMs('$3')})
ON CONFLICT (key) DO UPDATE SET value = NULL, owner = excluded.owner, count = NULL, expires_at = excluded.expires_at
WHERE ${hasEnded} RETURNING key`,
    release: `DELETE FROM ${table} WHERE key = $1 AND owner = $2`,
    increment: `INSERT INTO ${table} AS kept (key, count, expires_at) VALUES ($1, 1, ${inMs('$2')})
ON CONFLICT (key) DO UPDATE SET value = NULL, owner = NULL,
count = CASE WHEN ${hasEnded} THEN 1 ELSE coalesce(kept.count, 0) + 1 END,
expires_at = CASE WHEN ${hasEnded} THEN excluded.expires_at ELSE kept.expires_at END
RETURNING count`,
    // Waits for no row, so that no two processes wait for each other. The array makes one scan of the primary key.
    clean: `DELETE FROM ${table} WHERE key = ANY (ARRAY(
SELECT key FROM ${table} WHERE expires_at <= ${NOW} ORDER BY expires_at LIMIT ${CLEANED_ROWS} FOR UPDATE SKIP LOCKED))`,
  };
}

function inMs(parameter: string): string {
  return `${NOW} + ${parameter}::float8 * interval '1 millisecond'`;
}
