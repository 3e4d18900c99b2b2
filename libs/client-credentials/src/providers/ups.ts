import type { ProviderConfig } from '../config/options.js';
import { known } from './checked-options.js';
import { preset, type PresetOptions } from './preset.js';

const ORIGINS = { testing: 'https://wwwcie.ups.com', production: 'https://onlinetools.ups.com' } as const;

/** The options of {@link ups}. */
export interface UpsOptions extends PresetOptions {
  /** The Customer Integration Environment or production. */
  environment: keyof typeof ORIGINS;
  /** The UPS account number, six characters, sent as header `x-merchant-id` of the token request. */
  accountNumber?: string;
}

/**
 * Configuration for UPS's APIs.
 *
 * Errors are in a list; code and message of the first are read. Tokens live for four hours.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown environment; its message lists the known ones
 * @example
 * ```ts
 * ups({ environment: 'testing', clientId, clientSecret });
 * ```
 * @see https://github.com/UPS-API/api-documentation/blob/main/OAuthClientCredentials.yaml (2026-11-27)
 */
export function ups(options: UpsOptions): ProviderConfig {
  const { environment, accountNumber, ...rest } = options;
  const origin = known('ups', 'environment', ORIGINS, environment);
  return preset(
    {
      tokenUrl: `${origin}/security/v1/oauth/token`,
      clientAuthentication: 'client_secret_basic',
      api: { baseURL: `${origin}/api` },
      dialect: {
        ...(accountNumber !== undefined && { headers: { 'x-merchant-id': accountNumber } }),
        response: { error: 'response.errors.0.code', errorDescription: 'response.errors.0.message' },
      },
    },
    rest,
  );
}
