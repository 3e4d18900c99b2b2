import type { ProviderConfig } from '../config/options.js';
import { known, segment } from './checked-options.js';
import { preset, type ClientPresetOptions } from './preset.js';

const NAME = 'pingIdentity';

/** Top level domains by region. */
const REGIONS = { na: 'com', ca: 'ca', eu: 'eu', au: 'com.au', sg: 'sg', ap: 'asia' } as const;

/** The options of {@link pingIdentity}. */
export interface PingIdentityOptions extends ClientPresetOptions {
  /** The region of the environment: North America, Canada, Europe, Australia, Singapore or Asia-Pacific. */
  region: keyof typeof REGIONS;
  /** The id of the environment that the application is in. */
  environmentId: string;
}

/**
 * Configuration for PingOne of Ping Identity, and its API.
 *
 * Tokens of worker applications are for the PingOne API, with the roles of the application and no scopes; they live
 * for an hour. The method of client authentication is a setting of the application.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown region; its message lists the known ones
 * @example
 * ```ts
 * pingIdentity({ region: 'eu', environmentId, clientId, clientSecret });
 * ```
 * @see https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/token-admin-app-client_credentials.html
 * and https://developer.pingidentity.com/pingone-api/foundations/conventions/pingone-api-requests.html (2026-11-27)
 */
export function pingIdentity(options: PingIdentityOptions): ProviderConfig {
  const { region, environmentId, ...rest } = options;
  const domain = `pingone.${known(NAME, 'region', REGIONS, region)}`;
  return preset(
    {
      tokenUrl: `https://auth.${domain}/${segment(NAME, 'environmentId', environmentId)}/as/token`,
      clientAuthentication: 'client_secret_basic',
      api: { baseURL: `https://api.${domain}/v1` },
    },
    rest,
  );
}
