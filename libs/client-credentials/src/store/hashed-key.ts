import { createHash } from 'node:crypto';

/** Name of an entry in a store of others: the SHA-256 hash of its key, in base64url. */
export function hashedKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

/** Time to live in whole milliseconds, at least one. */
export function wholeMs(ms: number): number {
  return Math.max(Math.ceil(ms), 1);
}
