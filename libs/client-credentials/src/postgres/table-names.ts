import { createHash } from 'node:crypto';

/** Names of the store's table and index, quoted for use in a statement. */
export interface TableNames {
  /** Table, qualified by its schema if one is configured. */
  readonly table: string;
  /** Index on the expiry; in a `CREATE INDEX` it has no schema. */
  readonly index: string;
  /** Index, qualified like the table. */
  readonly qualifiedIndex: string;
}

/** Longest name in bytes: Postgres cuts longer names, so that two names may become one. */
export const MAX_NAME_BYTES = 63;
const INDEX_SUFFIX = '_expires_at';

/** Quotes the names of a table and its index. A quoted name cannot end early, whatever it contains. */
export function tableNamesOf(tableName: string, schema: string | undefined): TableNames {
  const qualifier = schema === undefined ? '' : `${quoted(schema)}.`;
  const index = quoted(indexNameOf(tableName));
  return { table: qualifier + quoted(tableName), index, qualifiedIndex: qualifier + index };
}

/** Whether a value is a name that Postgres takes as it stands. */
export function isName(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value !== '' &&
    !value.includes('\0') &&
    Buffer.byteLength(value) <= MAX_NAME_BYTES
  );
}

/** Name of the index. A long table name is hashed, because the suffix would not fit. */
function indexNameOf(tableName: string): string {
  const name = tableName + INDEX_SUFFIX;
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  return createHash('sha256').update(tableName).digest('hex').slice(0, 32) + INDEX_SUFFIX;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
