import type { ProviderConfig } from '../config/options.js';
import { known } from './checked-options.js';
import { preset, type PresetOptions } from './preset.js';

const BASES = { sandbox: 'https://apis-sandbox.fedex.com', production: 'https://apis.fedex.com' } as const;

/** The options of {@link fedex}. */
export interface FedexOptions extends PresetOptions {
  /** The sandbox or production, each with projects of its own. */
  environment: keyof typeof BASES;
}

/**
 * Configuration for FedEx's APIs; the client id is the API key, the secret the secret key.
 *
 * Errors are in a list; code and message of the first are read. Tokens live for an hour. Customers who also
 * have a child key ask by another grant type (`dialect.grantType`) and further `parameters`.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown environment; its message lists the known ones
 * @example
 * ```ts
 * fedex({ environment: 'sandbox', clientId, clientSecret });
 * ```
 * @see https://developer.fedex.com/api/en-us/catalog/authorization/docs.html (2026-11-27)
 */
export function fedex(options: FedexOptions): ProviderConfig {
  const { environment, ...rest } = options;
  const base = known('fedex', 'environment', BASES, environment);
  return preset(
    {
      tokenUrl: `${base}/oauth/token`,
      clientAuthentication: 'client_secret_post',
      api: { baseURL: base },
      dialect: { response: { error: 'errors.0.code', errorDescription: 'errors.0.message' } },
    },
    rest,
  );
}
