import { APIS } from './apis.js';
import { FURTHER_APIS } from './further-apis.js';
import { IDENTITY_PLATFORMS } from './identity-platforms.js';
import type { ProviderCase } from './provider-case.js';

/** Every preset, once or more. The pages of docs/providers/ are made from it. */
export const CATALOGUE: readonly ProviderCase[] = [...IDENTITY_PLATFORMS, ...APIS, ...FURTHER_APIS];

/** The preset that a case is of: the first word of its title. */
export function presetOf({ title }: ProviderCase): string {
  return /^\w+/.exec(title)?.[0] ?? '';
}
