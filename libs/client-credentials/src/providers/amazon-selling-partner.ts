import { asObject } from '../base/objects.js';
import type { ProviderConfig } from '../config/options.js';
import type { ApiAnswer } from '../config/provider-options.js';
import { known } from './checked-options.js';
import { preset, type PresetOptions } from './preset.js';

const REGIONS = {
  na: 'https://sellingpartnerapi-na.amazon.com',
  eu: 'https://sellingpartnerapi-eu.amazon.com',
  fe: 'https://sellingpartnerapi-fe.amazon.com',
} as const;

/** The options of {@link amazonSellingPartner}. */
export interface AmazonSellingPartnerOptions extends PresetOptions {
  /** The region of the marketplaces: North America, Europe or Far East. */
  region: keyof typeof REGIONS;
  /** The scope of the grantless operations, such as `sellingpartnerapi::notifications`. */
  scope: string | string[];
}

/**
 * Configuration for the grantless operations of Amazon's Selling Partner API (tokens by Login with Amazon).
 *
 * Only those operations take client credentials; others need a seller's refresh token, which is another grant. The
 * token is sent in the header `x-amz-access-token`. An ended token is answered with 403, which is told from a missing
 * role by its `details`. Tokens live for an hour.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown region; its message lists the known ones
 * @example
 * ```ts
 * amazonSellingPartner({ region: 'eu', clientId, clientSecret, scope: 'sellingpartnerapi::notifications' });
 * ```
 * @see https://developer-docs.amazon.com/amazon-shipping/docs/connecting-to-the-selling-partner-api,
 * https://developer-docs.amazon.com/sp-api/docs/onboarding-step-8-call-the-sp-api-in-production and
 * https://developer-docs.amazon.com/sp-api/docs/resolve-common-http-and-authorization-error-codes (2026-11-27)
 */
export function amazonSellingPartner(options: AmazonSellingPartnerOptions): ProviderConfig {
  const { region, ...rest } = options;
  return preset(
    {
      tokenUrl: 'https://api.amazon.com/auth/o2/token',
      clientAuthentication: 'client_secret_post',
      api: { baseURL: known('amazonSellingPartner', 'region', REGIONS, region) },
      dialect: { authorization: { header: 'x-amz-access-token', scheme: '' } },
      reacquire: { on: refusesToken },
    },
    rest,
  );
}

/** Whether an answer is about the token, such as "The access token you provided has expired." */
function refusesToken({ status, data }: ApiAnswer): boolean {
  if (status === 401) return true;
  const [error] = [asObject(data)['errors']].flat();
  const { details } = asObject(error);
  return status === 403 && typeof details === 'string' && /access token/i.test(details);
}
