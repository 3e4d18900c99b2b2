import { invalidConfiguration, unknownProvider } from '../base/errors.js';
import { asObject, isObject } from '../base/objects.js';
import type { ClientCredentialsOptions } from '../config/options.js';
import { validateOptions } from '../config/validate.js';
import { UsageError } from './usage-error.js';

/** A provider to examine. */
export interface Candidate {
  readonly name: string;
  /** Returns the provider's options, unchecked. Throws if the options around them are wrong, or a preset refuses them. */
  readonly read: () => unknown;
  /** Where such options are written, for the message of wrong ones. */
  readonly hint?: string;
}

/** The providers of an application's options, or the named one. */
export function candidatesOf(
  options: Readonly<Record<string, unknown>>,
  name: string | undefined,
): Candidate[] {
  const { providers } = options;
  if (!isObject(providers) || Object.keys(providers).length === 0)
    throw new UsageError('The options have no providers. Add one to providers.', 1);
  const names = Object.keys(providers);
  if (name !== undefined && !names.includes(name))
    throw new UsageError(`${unknownProvider(name, names).message} Check --provider.`);
  const problem = problemAround(options, names);
  return (name === undefined ? names : [name]).map((each) => ({
    name: each,
    read: () => {
      if (problem !== undefined) throw problem;
      return asObject(providers)[each];
    },
  }));
}

// Options without a problem, in the place of the providers' own.
const RIGHT = { tokenUrl: 'https://localhost', clientId: 'id', clientSecret: 'secret' };

/** The problem of the options other than `providers`: the application does not start, whatever its providers are. */
function problemAround(
  options: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Error | undefined {
  const providers = Object.fromEntries(names.map((name) => [name, RIGHT]));
  const candidate: ClientCredentialsOptions = { ...options, providers };
  try {
    validateOptions(candidate);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : invalidConfiguration(['options: cannot be read']);
  }
}
