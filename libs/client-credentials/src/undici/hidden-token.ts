import { isObject } from '../base/objects.js';
import type { CallToken } from '../token/attachment.js';

const HIDDEN = '[token]';

/** Takes the token out of the texts of an error, and of its causes: mocks quote the headers of a request that they do not expect. */
export function hideToken(error: unknown, token: CallToken, seen: Set<unknown> = new Set()): unknown {
  const { value } = token;
  if (!isObject(error) || seen.has(error)) return error;
  seen.add(error);
  for (const name of ['message', 'stack']) {
    const text = error[name];
    if (typeof text === 'string' && text.includes(value))
      Reflect.set(error, name, text.replaceAll(value, HIDDEN));
  }
  hideToken(error['cause'], token, seen);
  return error;
}
