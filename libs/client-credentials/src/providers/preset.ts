import { layerOptions } from '../config/layered-options.js';
import type { ProviderConfig } from '../config/options.js';

/** Options of every preset: the client's credentials, and any {@link ProviderConfig} option, which overrides the preset. */
export interface PresetOptions extends Partial<ProviderConfig> {
  /** The client identifier that the provider issued. */
  clientId: string;
  /** The client secret that the provider issued. */
  clientSecret: NonNullable<ProviderConfig['clientSecret']>;
}

/** Merges a user's options over a preset. `api` and `dialect` are merged: setting a timeout keeps the base URL. */
export function preset(
  defaults: Omit<ProviderConfig, keyof PresetOptions & 'clientId'>,
  options: PresetOptions,
): ProviderConfig {
  return inspectedWithoutSecrets(layerOptions<ProviderConfig>(defaults, options));
}

const SECRET_OPTIONS = new Set([
  'clientSecret',
  'parameters',
  'privateKey',
  'clientAssertion',
  'certificate',
  'dpop',
]);

/** Hides secret options from `console.log`. A spread copy of the config shows them again. */
function inspectedWithoutSecrets(config: ProviderConfig): ProviderConfig {
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
