/** Whether a value is an object other than `null`. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Whether a value is a plain object, from any realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (!isObject(value) || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The value if it is an object, else an empty object. */
export function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

/**
 * A copy with other properties, as `{ ...object, ...changes }` makes it, for calls of which there are many.
 *
 * On Node 20 objects that a spread makes differ in their hidden classes, so that each reader of one takes a microsecond or more: undici
 * answered a fifth more requests a second with this copy. From Node 22 on it costs a tenth of a microsecond more than a spread.
 */
export function copyWith<T extends object, C extends object>(object: T, changes: C): T & C {
  return Object.assign({}, object, changes);
}

/** Deep copy of plain objects and arrays. Functions and class instances are not copied. */
export function plainCopyOf<T>(value: T): T;

export function plainCopyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => plainCopyOf(item));
  return isPlainObject(value) ? copiedEntries(value) : value;
}

function copiedEntries(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainCopyOf(item)]));
}

/** Copy without the properties whose value is `undefined`. */
export function withoutUndefined<T extends object>(value: T): T {
  const copy = { ...value };
  for (const [name, item] of Object.entries(copy)) if (item === undefined) Reflect.deleteProperty(copy, name);
  return copy;
}
