import { asObject, isObject, withoutUndefined } from '../base/objects.js';

type Options = Readonly<Record<string, unknown>>;

/** Options that are merged option by option, with their own nested groups. Any other option is replaced whole. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  lifetime: [],
  tokenRequest: [],
  reacquire: [],
  api: ['headers'],
  dialect: ['parameterNames', 'headers', 'response', 'authorization', 'apiHeaders'],
  // Two objects are merged; a function replaces the object or function of the other layer.
  parameters: [],
};

/**
 * Merges two layers of options: a preset and a user's options, or a provider's and a tenant's.
 *
 * `undefined` replaces nothing, so that an unset environment variable erases no default.
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
