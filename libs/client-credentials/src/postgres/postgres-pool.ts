import { setTimeout as sleep } from 'node:timers/promises';
import { asObject } from '../base/objects.js';

/** The used method of a `Pool` of `pg` 8. Anything with the same method will do, such as the Pool of Neon, or PGlite. */
export interface PostgresPool {
  /** Runs one statement outside a transaction. */
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** The SQLSTATE of an error, or an empty string. */
export function sqlStateOf(error: unknown): string {
  const { code } = asObject(error);
  return typeof code === 'string' ? code : '';
}

// Serialization failure and deadlock: the same statement may succeed when it is run again.
const TRANSIENT = ['40001', '40P01'];
// A statement fails only because another one succeeded: so many must be there at once for one to fail each time.
const MAX_ATTEMPTS = 100;
const MAX_PAUSE_MS = 10;

/**
 * Runs a statement without a name, and again while it fails for concurrency alone.
 *
 * At the isolation level `read committed` that never happens; a role or database may have a stricter default.
 */
export async function runStatement(
  pool: PostgresPool,
  text: string,
  values: unknown[],
): Promise<readonly unknown[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await pool.query(text, values)).rows;
    } catch (error) {
      if (!TRANSIENT.includes(sqlStateOf(error)) || attempt === MAX_ATTEMPTS) throw error;
      await sleep(Math.random() * MAX_PAUSE_MS);
    }
  }
}
