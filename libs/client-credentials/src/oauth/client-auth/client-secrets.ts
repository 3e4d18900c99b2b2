import type { Lazy, Secret } from '../../config/credentials.js';
import { UnusableInput } from './unusable-input.js';

/** Secrets as the configuration names them: one, several, or what a function gives; none if it names none. */
export async function readSecrets(configured: Lazy<Secret> | undefined): Promise<readonly string[]> {
  if (configured === undefined) return [];
  const given: unknown = typeof configured === 'function' ? await configured() : configured;
  const items = [given].flat();
  const secrets = items.filter((item): item is string => typeof item === 'string' && item !== '');
  if (secrets.length === 0 || secrets.length < items.length) {
    throw new UnusableInput(
      'clientSecret gave something else than a string that is not empty, or a list of these',
    );
  }
  return secrets;
}
