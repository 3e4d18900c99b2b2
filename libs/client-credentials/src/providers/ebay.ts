import type { ProviderConfig } from '../config/options.js';
import { known } from './checked-options.js';
import { preset, type PresetOptions } from './preset.js';

const BASES = { sandbox: 'https://api.sandbox.ebay.com', production: 'https://api.ebay.com' } as const;

/** The options of {@link ebay}. */
export interface EbayOptions extends PresetOptions {
  /** The sandbox or production, each with keysets of its own. */
  environment: keyof typeof BASES;
}

/**
 * Configuration for eBay's REST APIs, with application access tokens.
 *
 * The scope is the basic one unless others are named; scopes are URLs of `api.ebay.com` in the sandbox as well. The
 * token type of the answer is `Application Access Token`; calls say `Bearer`. Tokens live for two hours.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown environment; its message lists the known ones
 * @example
 * ```ts
 * ebay({ environment: 'sandbox', clientId, clientSecret });
 * ```
 * @see https://developer.ebay.com/api-docs/static/oauth-client-credentials-grant.html (2026-11-27)
 */
export function ebay(options: EbayOptions): ProviderConfig {
  const { environment, ...rest } = options;
  const base = known('ebay', 'environment', BASES, environment);
  return preset(
    {
      tokenUrl: `${base}/identity/v1/oauth2/token`,
      clientAuthentication: 'client_secret_basic',
      scope: 'https://api.ebay.com/oauth/api_scope',
      api: { baseURL: base },
    },
    rest,
  );
}
