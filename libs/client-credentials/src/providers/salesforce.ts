import type { ProviderConfig } from '../config/options.js';
import { httpsOrigin, known } from './checked-options.js';
import { preset, type ClientPresetOptions } from './preset.js';

const NAME = 'salesforce';

/** Audiences of JWTs by environment. */
const AUDIENCES = {
  production: 'https://login.salesforce.com',
  sandbox: 'https://test.salesforce.com',
} as const;

/** The options of {@link salesforce}: `clientSecret`, or `privateKey` and `subject`. */
export interface SalesforceOptions extends ClientPresetOptions {
  /** The My Domain of the organization, such as `acme.my.salesforce.com`. */
  domain: string;
  /** The name of the user on whose behalf the JWT bearer flow asks. */
  subject?: string;
  /**
   * What the JWT bearer flow is for: a production organization or a sandbox.
   *
   * @defaultValue `'production'`
   */
  environment?: keyof typeof AUDIENCES;
}

/**
 * Configuration for Salesforce: the client credentials flow, or with `subject` the JWT bearer flow.
 *
 * Both need the My Domain: `login.salesforce.com` issues no tokens by client credentials. Relative calls go to the
 * `instance_url` of the token response. The response has no lifetime: it is the session timeout of the organization,
 * to be set as `lifetime.defaultSeconds` where it is shorter than an hour.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for a domain that is no host name, and for an unknown environment
 * @example
 * ```ts
 * salesforce({ domain: 'acme.my.salesforce.com', clientId, clientSecret });
 * salesforce({ domain: 'acme.my.salesforce.com', clientId, privateKey: { key }, subject: 'robot@acme.example' });
 * ```
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm and
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm (2026-11-27)
 */
export function salesforce(options: SalesforceOptions): ProviderConfig {
  const { domain, subject, environment = 'production', ...rest } = options;
  const tokenUrl = `${httpsOrigin(NAME, 'domain', domain)}/services/oauth2/token`;
  const audience = known(NAME, 'environment', AUDIENCES, environment);
  const dialect = { response: { apiBaseURL: 'instance_url' } };
  if (subject === undefined)
    return preset({ tokenUrl, clientAuthentication: 'client_secret_post', dialect }, rest);
  return preset({ tokenUrl, grant: { type: 'jwt_bearer', subject, audience }, dialect }, rest);
}
