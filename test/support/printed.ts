import { format, inspect } from 'node:util';
import { AxiosError } from 'axios';

/** All that an application may print of an error or a response. */
export function printed(thing: object): string {
  const everything = { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null };
  const texts = [
    inspect(thing, everything),
    inspect(thing, { ...everything, customInspect: false }),
    inspect(thing, { ...everything, showProxy: true, getters: true }),
    format('%o %O %j', thing, thing, thing),
    ...walked(thing),
  ];
  for (let part: unknown = thing; part instanceof Error; part = part.cause) {
    texts.push(JSON.stringify(part), String(part), part.stack ?? '', inspect(cloned(part)));
    if (part instanceof AxiosError) texts.push(JSON.stringify(part.toJSON()), JSON.stringify(part.config));
  }
  return texts.join('\n');
}

/** A structured clone. Errors of older versions of axios cannot be cloned, since their configs have functions. */
function cloned(error: Error): unknown {
  try {
    return structuredClone(error);
  } catch {
    return undefined;
  }
}

/** All strings that can be reached by properties: hidden ones, symbols, getters, entries of maps, and buffers as text. */
function walked(root: object): string[] {
  const texts: string[] = [];
  const seen = new Set<unknown>();
  const rest: unknown[] = [root];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next === 'string') texts.push(next);
    if (next === null || (typeof next !== 'object' && typeof next !== 'function') || seen.has(next)) continue;
    // What belongs to the process leads everywhere.
    if (next === globalThis || next === process) continue;
    seen.add(next);
    if (Buffer.isBuffer(next)) texts.push(next.toString('latin1'));
    if (next instanceof Map) rest.push(...next.keys(), ...next.values());
    if (next instanceof Set) rest.push(...next);
    if (typeof next === 'function') continue;
    for (const key of Reflect.ownKeys(next)) {
      try {
        rest.push(Reflect.get(next, key));
      } catch {
        // A getter that throws shows nothing.
      }
    }
  }
  return texts;
}
