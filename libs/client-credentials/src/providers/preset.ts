import { isSecretMethod } from '../config/authentication-method.js';
import { layerOptions } from '../config/layered-options.js';
import type { ProviderConfig } from '../config/options.js';

/** Options of a preset whose client has a secret or another credential; any option overrides the preset. */
export interface ClientPresetOptions extends Partial<ProviderConfig> {
  /** The client identifier that the provider issued. */
  clientId: string;
}

/** Options of every preset: the client's credentials, and any {@link ProviderConfig} option, which overrides the preset. */
export interface PresetOptions extends ClientPresetOptions {
  /** The client secret that the provider issued. */
  clientSecret: NonNullable<ProviderConfig['clientSecret']>;
}

/**
 * Merges a user's options over a preset. `api` and `dialect` are merged: setting a timeout keeps the base URL.
 *
 * Where the client has another credential and no secret, the preset's way to send a secret does not apply.
 */
export function preset(
  defaults: Omit<ProviderConfig, 'clientId'>,
  options: ClientPresetOptions,
): ProviderConfig {
  const { clientAuthentication, ...others } = defaults;
  const under = isSecretMethod(clientAuthentication) && hasOtherCredential(options) ? others : defaults;
  return inspectedWithoutSecrets(layerOptions<ProviderConfig>(under, options));
}

function hasOtherCredential({
  clientSecret,
  privateKey,
  clientAssertion,
  certificate,
}: ClientPresetOptions): boolean {
  const hasOther = [privateKey, clientAssertion, certificate].some((each) => each !== undefined);
  return clientSecret === undefined && hasOther;
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
        ...(config.clientSecret !== undefined && { clientSecret: '[not shown]' }),
        ...(config.privateKey !== undefined && { privateKey: '[not shown]' }),
        ...(dialect && { dialect: shownDialect }),
      };
    },
  });
}
