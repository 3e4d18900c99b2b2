import { asObject, isObject, withoutUndefined } from '../base/objects.js';

type Options = Readonly<Record<string, unknown>>;

/** Options that hold options of their own: the layer above replaces single ones and keeps the rest. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  lifetime: [],
  tokenRequest: [],
  reacquire: [],
  api: ['headers'],
  dialect: ['parameterNames', 'headers', 'response', 'authorization', 'apiHeaders'],
  // A function of parameters replaces the other layer; two objects are merged.
  parameters: [],
};

/**
 * Lays options over others: a preset's under a user's, a provider's under a tenant's. `undefined` replaces nothing, so that an
 * environment variable that is not set erases no default.
 */
export function layerOptions<T extends object>(under: Partial<T>, over: Partial<T>): T;
export function layerOptions(under: object, over: object): object {
  return layered(asObject(under), withoutUndefined(asObject(over)), GROUPS);
}

function layered(under: Options, over: Options, groups: typeof GROUPS): Record<string, unknown> {
  const result: Record<string, unknown> = { ...under, ...over };
  for (const [name, inner] of Object.entries(groups)) {
    const [below, above] = [under[name], over[name]];
    if (!isObject(below) || !isObject(above)) continue;
    const innerGroups = Object.fromEntries(inner.map((group) => [group, []]));
    result[name] = layered(below, withoutUndefined(above), innerGroups);
  }
  return result;
}
