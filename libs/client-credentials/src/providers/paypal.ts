import type { ProviderConfig } from '../config/options.js';
import { known } from './checked-options.js';
import { preset, type PresetOptions } from './preset.js';

const BASES = { sandbox: 'https://api-m.sandbox.paypal.com', live: 'https://api-m.paypal.com' } as const;

/** The options of {@link paypal}. */
export interface PaypalOptions extends PresetOptions {
  /** The sandbox or the live system, each with credentials of its own. */
  environment: keyof typeof BASES;
}

/**
 * Configuration for PayPal's REST APIs.
 *
 * Token endpoint and API are one host. Tokens live for about nine hours; an API that refuses one answers with 401.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown environment; its message lists the known ones
 * @example
 * ```ts
 * paypal({ environment: 'sandbox', clientId, clientSecret });
 * ```
 * @see https://developer.paypal.com/reference/get-an-access-token (2026-11-27)
 */
export function paypal(options: PaypalOptions): ProviderConfig {
  const { environment, ...rest } = options;
  const base = known('paypal', 'environment', BASES, environment);
  return preset(
    {
      tokenUrl: `${base}/v1/oauth2/token`,
      clientAuthentication: 'client_secret_basic',
      api: { baseURL: base },
    },
    rest,
  );
}
