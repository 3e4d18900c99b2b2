import type { ProviderConfig } from '../config/options.js';
import { known } from './checked-options.js';
import { preset, type PresetOptions } from './preset.js';

/** Domains by AWS region. */
const REGIONS = {
  'us-east-1': 'mypurecloud.com',
  'us-east-2': 'use2.us-gov-pure.cloud',
  'us-west-2': 'usw2.pure.cloud',
  'ca-central-1': 'cac1.pure.cloud',
  'mx-central-1': 'mxc1.pure.cloud',
  'sa-east-1': 'sae1.pure.cloud',
  'eu-west-1': 'mypurecloud.ie',
  'eu-west-2': 'euw2.pure.cloud',
  'eu-central-1': 'mypurecloud.de',
  'eu-central-2': 'euc2.pure.cloud',
  'me-central-1': 'mec1.pure.cloud',
  'ap-south-1': 'aps1.pure.cloud',
  'ap-southeast-1': 'apse1.pure.cloud',
  'ap-southeast-2': 'mypurecloud.com.au',
  'ap-northeast-1': 'mypurecloud.jp',
  'ap-northeast-2': 'apne2.pure.cloud',
  'ap-northeast-3': 'apne3.pure.cloud',
} as const;

/** The options of {@link genesysCloud}. */
export interface GenesysCloudOptions extends PresetOptions {
  /** The AWS region of the organization; `us-east-2` is the government's. */
  region: keyof typeof REGIONS;
}

/**
 * Configuration for Genesys Cloud.
 *
 * The permissions of a token are the roles of the OAuth client. Token endpoint and API belong to the same region.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown region; its message lists the known ones
 * @example
 * ```ts
 * genesysCloud({ region: 'eu-central-1', clientId, clientSecret });
 * ```
 * @see https://github.com/MyPureCloud/platform-client-sdk-javascript (ApiClient, PureCloudRegionHosts; 2026-11-27)
 */
export function genesysCloud(options: GenesysCloudOptions): ProviderConfig {
  const { region, ...rest } = options;
  const domain = known('genesysCloud', 'region', REGIONS, region);
  return preset(
    {
      tokenUrl: `https://login.${domain}/oauth/token`,
      clientAuthentication: 'client_secret_basic',
      api: { baseURL: `https://api.${domain}` },
    },
    rest,
  );
}
