import type { Dialect } from '../config/dialect.js';
import type { ProviderConfig } from '../config/options.js';

/** What every preset takes: the client's credentials, and whatever else a {@link ProviderConfig} holds, which wins. */
export interface PresetOptions extends Partial<ProviderConfig> {
  /** The client identifier that the provider issued. */
  clientId: string;
  /** The secret that goes with it. */
  clientSecret: NonNullable<ProviderConfig['clientSecret']>;
}

/** Lays a user's options over a provider's own. `api` and `dialect` are merged: to set a timeout is not to drop the base address. */
export function preset(
  own: Omit<ProviderConfig, keyof PresetOptions & 'clientId'>,
  options: PresetOptions,
): ProviderConfig {
  const api = { ...own.api, ...withoutUndefined(options.api ?? {}) };
  const dialect = mergeDialects(own.dialect, options.dialect);
  return printedWithoutSecrets({ ...own, ...withoutUndefined(options), api, ...(dialect && { dialect }) });
}

const SECRET_OPTIONS = new Set([
  'clientSecret',
  'parameters',
  'privateKey',
  'clientAssertion',
  'certificate',
  'dpop',
]);

/** A config that `console.log` shows without what the provider's documentation calls a secret. A copy of it is plain again. */
function printedWithoutSecrets(config: ProviderConfig): ProviderConfig {
  return Object.defineProperty(config, Symbol.for('nodejs.util.inspect.custom'), {
    value: (): object => {
      const { dialect, ...rest } = config;
      const { headers: _, apiHeaders: __, ...shownDialect } = dialect ?? {};
      const shown = Object.entries(rest).filter(([name]) => !SECRET_OPTIONS.has(name));
      return {
        ...Object.fromEntries(shown),
        clientSecret: '[not shown]',
        ...(dialect && { dialect: shownDialect }),
      };
    },
  });
}

/** A copy without what is set to nothing: an environment variable that is not there must not erase a default. */
function withoutUndefined<T extends object>(options: T): T {
  const copy = { ...options };
  for (const [name, value] of Object.entries(copy))
    if (value === undefined) Reflect.deleteProperty(copy, name);
  return copy;
}

function mergeDialects(own: Dialect | undefined, given: Dialect | undefined): Dialect | undefined {
  if (own === undefined || given === undefined) return given ?? own;
  return {
    ...own,
    ...given,
    ...((own.response ?? given.response) && { response: { ...own.response, ...given.response } }),
    ...((own.parameterNames ?? given.parameterNames) && {
      parameterNames: { ...own.parameterNames, ...given.parameterNames },
    }),
    ...((own.authorization ?? given.authorization) && {
      authorization: { ...own.authorization, ...given.authorization },
    }),
  };
}
