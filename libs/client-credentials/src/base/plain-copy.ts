import { isPlainObject } from './objects.js';

/**
 * A copy of plain data, as deep as it is: whoever gave it may go on to use the same object for something else. Functions and
 * instances of classes stay as they are.
 */
export function plainCopyOf<T>(value: T): T;
export function plainCopyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => plainCopyOf(item));
  return isPlainObject(value) ? copiedEntries(value) : value;
}

function copiedEntries(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainCopyOf(item)]));
}
