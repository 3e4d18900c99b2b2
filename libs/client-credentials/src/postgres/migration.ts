import { setTimeout as sleep } from 'node:timers/promises';
import { asObject } from '../base/objects.js';
import { sqlStateOf, type PostgresPool } from './postgres-pool.js';
import type { TableNames } from './table-names.js';

// Duplicate entry of a catalogue, table or object; serialization failure, deadlock, a catalogue row updated at the same time.
const RACES = ['23505', '42P07', '42710', '40001', '40P01', 'XX000'];
const ATTEMPTS = 10;
const MAX_PAUSE_MS = 50;

/** The statements that create the table and its index, in order. */
export function migrationStatements({ table, index }: TableNames): string[] {
  return [
    // Unlogged: no write waits for a disk or a replica, and no token gets into the write-ahead log.
    `CREATE UNLOGGED TABLE IF NOT EXISTS ${table} (
  key text COLLATE "C" PRIMARY KEY,
  value text,
  owner uuid,
  count bigint,
  expires_at timestamptz NOT NULL
)`,
    `CREATE INDEX IF NOT EXISTS ${index} ON ${table} (expires_at)`,
  ];
}

/**
 * Creates what is missing.
 *
 * Two processes may create the same at the same moment, and Postgres then fails one of them in spite of `IF NOT EXISTS`:
 * that one looks again. What exists is not touched, which needs no privilege and no lock.
 */
export async function migrate(pool: PostgresPool, names: TableNames): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    if (await exists(pool, names)) return;
    try {
      for (const statement of migrationStatements(names)) await pool.query(statement);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !RACES.includes(sqlStateOf(error))) throw error;
      await sleep(Math.random() * MAX_PAUSE_MS);
    }
  }
}

async function exists(pool: PostgresPool, { table, qualifiedIndex }: TableNames): Promise<boolean> {
  const text = 'SELECT to_regclass($1) IS NOT NULL AND to_regclass($2) IS NOT NULL AS exists';
  const { rows } = await pool.query(text, [table, qualifiedIndex]);
  return asObject(rows[0])['exists'] === true;
}
