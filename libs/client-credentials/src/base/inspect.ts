import { inspect } from 'node:util';

/**
 * Settles how instances of a class are printed: as this text, whatever they hold. A definition rather than a method, so
 * that it is no part of the class's public type.
 */
export function inspectAs<T extends object>(
  type: { readonly prototype: T },
  text: (instance: T) => string,
): void {
  Object.defineProperty(type.prototype, inspect.custom, {
    value(this: T): string {
      return text(this);
    },
  });
}
