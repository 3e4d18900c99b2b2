import { invalidConfiguration } from '../base/errors.js';
import type { ProviderConfig } from '../config/options.js';
import { hostLabel, httpsOrigin } from './checked-options.js';
import { preset, type PresetOptions } from './preset.js';

const NAME = 'cognito';

/** The options of {@link cognito}: `domain`, or `prefix` and `region`. */
export interface CognitoOptions extends PresetOptions {
  /** The user pool's own domain, such as `auth.example.com`. */
  domain?: string;
  /** The prefix of the user pool's Cognito domain. */
  prefix?: string;
  /** The AWS region of the user pool, such as `eu-central-1`. */
  region?: string;
}

/**
 * Configuration for Amazon Cognito.
 *
 * The user pool needs a domain; scopes are those of a resource server (`orders/read`). Cognito counts and bills token
 * requests of machines.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` without `domain` or both of `prefix` and `region`
 * @example
 * ```ts
 * cognito({ prefix: 'acme', region: 'eu-central-1', clientId, clientSecret, scope: 'orders/read' });
 * ```
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html (2026-11-27)
 */
export function cognito(options: CognitoOptions): ProviderConfig {
  const { domain, prefix, region, ...rest } = options;
  return preset(
    {
      tokenUrl: `${originOf({ domain, prefix, region })}/oauth2/token`,
      clientAuthentication: 'client_secret_basic',
    },
    rest,
  );
}

function originOf({
  domain,
  prefix,
  region,
}: Record<'domain' | 'prefix' | 'region', string | undefined>): string {
  if (domain !== undefined) return httpsOrigin(NAME, 'domain', domain);
  if (prefix === undefined || region === undefined)
    throw invalidConfiguration(['domain: is required, or prefix and region'], NAME);
  return `https://${hostLabel(NAME, 'prefix', prefix)}.auth.${hostLabel(NAME, 'region', region)}.amazoncognito.com`;
}
