import { readFile } from 'node:fs/promises';
import { isObject } from '../../base/objects.js';
import type { Lazy, PrivateKey } from '../../config/credentials.js';
import { isKeyText, signingKeyOf, UnusableKey, type SigningKey } from '../../config/signing-key.js';

/** Reads the `privateKey` option; calls its function or reads its file each time. */
export async function readPrivateKey(
  configured: Lazy<PrivateKey>,
  preferredAlgorithm: string | undefined,
): Promise<SigningKey> {
  const given: unknown = typeof configured === 'function' ? await configured() : configured;
  if (!isPrivateKey(given))
    throw new UnusableInput(
      'privateKey did not give { key, kid?, algorithm? }: return an object of this shape',
    );
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

/** Whether `key` is the path of a file. */
export function isFile({ key }: PrivateKey): boolean {
  return typeof key === 'string' && !isKeyText(key);
}

/** Thrown for an unusable result of a configured function or file. The message quotes nothing of the result. */
export class UnusableInput extends TypeError {}

/** The failure of one of several inputs; `label` is the subject of the message. */
export class InputFailure extends Error {
  readonly label: string;

  constructor(label: string, cause: unknown) {
    super(label, { cause });
    this.label = label;
  }
}
