import { readFile } from 'node:fs/promises';
import { isObject } from '../../base/objects.js';
import type { Lazy, PrivateKey } from '../../config/credentials.js';
import { isKeyText, signingKeyOf, UnusableKey, type SigningKey } from '../../config/signing-key.js';

/** The private key as the configuration names it, read anew if it is a file or a function. */
export async function readPrivateKey(
  configured: Lazy<PrivateKey>,
  preferredAlgorithm: string | undefined,
): Promise<SigningKey> {
  const given: unknown = typeof configured === 'function' ? await configured() : configured;
  if (!isPrivateKey(given))
    throw new UnusableInput('privateKey gave something else than { key, kid?, algorithm? }');
  const { key } = given;
  try {
    const text = typeof key === 'string' && isFile(given) ? await readFile(key, 'utf8') : key;
    return signingKeyOf({ ...given, key: text }, preferredAlgorithm);
  } catch (error) {
    if (error instanceof UnusableKey) throw new UnusableInput(`privateKey.key ${error.message}`);
    throw error;
  }
}

function isPrivateKey(given: unknown): given is PrivateKey {
  return isObject(given) && (typeof given['key'] === 'string' || isObject(given['key']));
}

/** Whether a private key is named by the path of a file. */
export function isFile({ key }: PrivateKey): boolean {
  return typeof key === 'string' && !isKeyText(key);
}

/** The configuration's own function or file gave something that cannot be used. Its message quotes nothing of it. */
export class UnusableInput extends TypeError {}

/** Reads something that the configuration names, within the time there is; `what` is how an error calls it. */
export type ReadInput = <T>(what: string, read: () => Promise<T>) => Promise<T>;
