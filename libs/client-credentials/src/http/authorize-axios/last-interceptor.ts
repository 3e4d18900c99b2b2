import type { InternalAxiosRequestConfig } from 'axios';

export function handlerOf(fulfilled: Handler['fulfilled']): Handler {
  return { fulfilled, synchronous: true };
}

/** A request interceptor in the form in which axios keeps it. */
interface Handler {
  readonly fulfilled: (config: InternalAxiosRequestConfig) => InternalAxiosRequestConfig;
  readonly synchronous: boolean;
}

/** A handler that is to run last. */
export interface LastHandler {
  readonly handler: Handler;
  /** Runs instead if no other handler is registered: then no other code has seen the config. */
  readonly alone: Handler;
}

/** The handlers that run last in one interceptor manager. */
interface LastHandlers {
  readonly handlers: LastHandler[];
  readonly walkAll: unknown;
  /** Gives the manager its own `forEach` back. */
  restore(): void;
}

// One per manager, however often its instance is authorized: layers of `forEach` would pile up otherwise.
const lastHandlers = new WeakMap<object, LastHandlers>();

/**
 * Keeps our request interceptor last, in either iteration order and after `clear()`. Otherwise an interceptor that returns a new
 * config would drop our adapter.
 */
export function keepLast(manager: object, handler: LastHandler): () => void {
  const known = lastHandlers.get(manager);
  const isInUse = known !== undefined && Reflect.get(manager, 'forEach') === known.walkAll;
  const last = isInUse ? known : walkedLast(manager);
  if (last === undefined) return () => undefined;
  lastHandlers.set(manager, last);
  last.handlers.push(handler);
  return () => {
    const at = last.handlers.indexOf(handler);
    if (at >= 0) last.handlers.splice(at, 1);
    if (last.handlers.length === 0) last.restore();
  };
}

function walkedLast(manager: object): LastHandlers | undefined {
  const walk: unknown = Reflect.get(manager, 'forEach');
  if (typeof walk !== 'function') return undefined;
  const isOwn = Object.hasOwn(manager, 'forEach');
  const handlers: LastHandler[] = [];
  const walkAll = (visit: (handler: Handler) => void): void => {
    const [first] = handlers;
    if (handlers.length === 1 && first !== undefined && isAlone(manager, first.handler)) {
      visit(first.alone);
      return;
    }
    const ends = handlers.map(({ handler }) => handler);
    for (const handler of ends.toReversed()) visit(handler);
    Reflect.apply(walk, manager, [visit]);
    for (const handler of ends) visit(handler);
  };
  Reflect.set(manager, 'forEach', walkAll);
  const restore = (): void => {
    if (Reflect.get(manager, 'forEach') !== walkAll) return;
    if (isOwn) Reflect.set(manager, 'forEach', walk);
    else Reflect.deleteProperty(manager, 'forEach');
  };
  return { handlers, walkAll, restore };
}

/** Whether our handler is the only one. */
function isAlone(manager: { readonly handlers?: unknown }, own: Handler): boolean {
  const { handlers } = manager;
  if (!Array.isArray(handlers)) return false;
  let isHere = false;
  // An ejected handler leaves `null`.
  const places: (Handler | null)[] = handlers;
  for (const handler of places) {
    if (handler === null) continue;
    if (handler.fulfilled !== own.fulfilled) return false;
    isHere = true;
  }
  return isHere;
}
