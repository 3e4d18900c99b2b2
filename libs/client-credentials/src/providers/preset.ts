import { layerOptions } from '../config/layered-options.js';
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
  return printedWithoutSecrets(layerOptions<ProviderConfig>(own, options));
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
