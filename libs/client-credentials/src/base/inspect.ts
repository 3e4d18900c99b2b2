import { inspect } from 'node:util';

/**
 * Makes `util.inspect` print a fixed text for instances of a class, never their properties.
 *
 * Defined outside the class, so that the method is no part of its public type.
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
