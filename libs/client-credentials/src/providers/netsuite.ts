import type { ProviderConfig } from '../config/options.js';
import { filled, hostLabel } from './checked-options.js';
import { preset, type ClientPresetOptions } from './preset.js';

const NAME = 'netsuite';

/** The options of {@link netsuite}. */
export interface NetsuiteOptions extends ClientPresetOptions {
  /** The account id, such as `123456` or `123456_SB1`. */
  account: string;
  /** The id of the certificate in "OAuth 2.0 Client Credentials Setup". */
  certificateId: string;
  /** The private key of the certificate: RSA, or EC with its `algorithm` named. */
  privateKey: NonNullable<ProviderConfig['privateKey']>;
  /** The scopes: `restlets`, `rest_webservices`, `suite_analytics`, or several of them. */
  scope: string | string[];
}

/**
 * Configuration for NetSuite's client credentials flow (machine to machine).
 *
 * The client assertion is all that is sent: its claim `scope` has the scopes, its header the certificate's id. A scope
 * that a call names has thus no effect. RSA keys sign with PS256; for an EC key set `privateKey.algorithm: 'ES256'`.
 * Tokens live for an hour.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an account that is no name of a host, without scope or certificate id
 * @example
 * ```ts
 * netsuite({ account: '123456_SB1', clientId, certificateId, privateKey: { key }, scope: 'rest_webservices' });
 * ```
 * @see https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_162755359851.html and
 * https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_162790605110.html (2026-11-27)
 */
export function netsuite(options: NetsuiteOptions): ProviderConfig {
  const { account, certificateId, scope, ...rest } = options;
  // Hosts spell the account of a sandbox with a hyphen.
  const label = hostLabel(NAME, 'account', account).toLowerCase().replaceAll('_', '-');
  const origin = `https://${label}.suitetalk.api.netsuite.com`;
  const scopes = [scope].flat().flatMap((each) => filled(NAME, 'scope', each).split(' '));
  return preset(
    {
      tokenUrl: `${origin}/services/rest/auth/oauth2/v1/token`,
      clientAuthentication: 'private_key_jwt',
      assertion: {
        algorithm: 'PS256',
        header: { typ: 'JWT', kid: filled(NAME, 'certificateId', certificateId) },
        claims: { scope: scopes },
      },
      api: { baseURL: `${origin}/services/rest` },
      dialect: { parameterNames: { client_id: null, scope: null } },
    },
    rest,
  );
}
