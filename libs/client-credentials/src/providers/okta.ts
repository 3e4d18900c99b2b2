import type { ProviderConfig } from '../config/options.js';
import { httpsOrigin, segment } from './checked-options.js';
import { preset, type ClientPresetOptions } from './preset.js';

const NAME = 'okta';

/** The options of {@link okta}. Beside `clientId` one of `privateKey` and, for a custom server, `clientSecret`. */
export interface OktaOptions extends ClientPresetOptions {
  /** The domain of the organization, such as `acme.okta.com`. */
  domain: string;
  /**
   * The custom authorization server that issues tokens for APIs of your own: its id, or `default`.
   *
   * @defaultValue the organization's own server, for Okta's APIs
   */
  authorizationServer?: string;
}

/**
 * Configuration for Okta.
 *
 * Without `authorizationServer`, tokens are for Okta's own APIs, which the preset then calls: the client needs
 * `privateKey` (Okta takes no secret there) and scopes such as `okta.users.read`. With it, at least one scope of that
 * server is needed.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for a domain that is no host name
 * @example
 * ```ts
 * okta({ domain: 'acme.okta.com', clientId, privateKey: { key, kid }, scope: 'okta.users.read' });
 * okta({ domain: 'acme.okta.com', authorizationServer: 'default', clientId, clientSecret, scope: 'orders' });
 * ```
 * @see https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/ and
 * https://developer.okta.com/docs/guides/implement-client-creds/ (2026-11-27)
 */
export function okta(options: OktaOptions): ProviderConfig {
  const { domain, authorizationServer, ...rest } = options;
  const origin = httpsOrigin(NAME, 'domain', domain);
  if (authorizationServer === undefined) {
    return preset(
      {
        tokenUrl: `${origin}/oauth2/v1/token`,
        clientAuthentication: 'private_key_jwt',
        api: { baseURL: origin },
      },
      rest,
    );
  }
  return preset(
    {
      tokenUrl: `${origin}/oauth2/${segment(NAME, 'authorizationServer', authorizationServer)}/v1/token`,
      clientAuthentication: 'client_secret_basic',
    },
    rest,
  );
}
