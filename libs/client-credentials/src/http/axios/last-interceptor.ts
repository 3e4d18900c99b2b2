import type { InternalAxiosRequestConfig } from 'axios';

export function handlerOf(fulfilled: Handler['fulfilled']): Handler {
  return { fulfilled, synchronous: true };
}

/** A request interceptor as axios keeps it. */
interface Handler {
  readonly fulfilled: (config: InternalAxiosRequestConfig) => InternalAxiosRequestConfig;
  readonly synchronous: boolean;
}

/** A handler that is to be the last. */
export interface LastHandler {
  readonly handler: Handler;
  /** What takes its place where there is no other: others may keep the configs that they see. */
  readonly alone: Handler;
}

/** The handlers that are last in one manager, and what it walks them with. */
interface LastHandlers {
  readonly handlers: LastHandler[];
  readonly walkAll: unknown;
  /** Takes the manager's own way of walking back into use. */
  restore(): void;
}

// One for each manager, however often it is authorized: a layer for each would grow with every one that is replaced.
const lastHandlers = new WeakMap<object, LastHandlers>();

/**
 * Makes a handler the last to run, whatever others there are, and also once others are cleared: an interceptor that
 * answers with a copy of the config drops what was attached to the first. Axios walks its handlers forth or back, as it is
 * told; the handler stands at both ends.
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

/** Whether a handler is here, and nobody else's. */
function isAlone(manager: { readonly handlers?: unknown }, own: Handler): boolean {
  const { handlers } = manager;
  if (!Array.isArray(handlers)) return false;
  let isHere = false;
  // Those that were ejected have left a gap.
  const places: (Handler | null)[] = handlers;
  for (const handler of places) {
    if (handler === null) continue;
    if (handler.fulfilled !== own.fulfilled) return false;
    isHere = true;
  }
  return isHere;
}
