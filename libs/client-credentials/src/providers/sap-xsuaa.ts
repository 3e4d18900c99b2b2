import { invalidConfiguration } from '../base/errors.js';
import type { ProviderConfig } from '../config/options.js';
import { httpsOrigin } from './checked-options.js';
import { preset } from './preset.js';

const NAME = 'sapXsuaa';

/** The fields of a service key (its object `uaa`) that are read. */
export interface SapXsuaaCredentials {
  /** The client identifier. */
  clientid: string;
  /** The client secret; not in keys of the type X.509. */
  clientsecret?: string;
  /** Address of the authorization server of the subaccount. */
  url: string;
  /** Its address for client certificates; in keys of the type X.509. */
  certurl?: string;
  /** The client certificate with its chain; in keys of the type X.509. */
  certificate?: string;
  /** The private key of the certificate; in keys of the type X.509. */
  key?: string;
}

/** The options of {@link sapXsuaa}. */
export interface SapXsuaaOptions extends Partial<ProviderConfig> {
  /** The `uaa` object of the service key, or of the service binding. */
  credentials: SapXsuaaCredentials;
}

/**
 * Configuration for SAP BTP's Authorization and Trust Management service (XSUAA), from a service key.
 *
 * A key of the type X.509 has a certificate in place of the secret, and another host. Tokens live for 12 hours unless
 * the application's security descriptor says otherwise.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for a service key without its address, or with half a certificate
 * @example
 * ```ts
 * sapXsuaa({ credentials: serviceKey.uaa, api: { baseURL: serviceKey.url } });
 * ```
 * @see https://github.com/SAP-docs/btp-cloud-platform (docs/60-security) and
 * https://learning.sap.com/courses/integrating-sap-entitlement-management/ems-oauth-credential (2026-11-27)
 */
export function sapXsuaa(options: SapXsuaaOptions): ProviderConfig {
  const { credentials, ...rest } = options;
  const {
    clientid: clientId,
    clientsecret: clientSecret,
    url,
    certurl,
    certificate: cert,
    key,
  } = credentials;
  if (clientSecret !== undefined || rest.clientSecret !== undefined) {
    return preset(
      {
        tokenUrl: `${httpsOrigin(NAME, 'credentials.url', url)}/oauth/token`,
        clientAuthentication: 'client_secret_post',
      },
      { clientId, ...(clientSecret !== undefined && { clientSecret }), ...rest },
    );
  }
  if (certurl === undefined || cert === undefined || key === undefined) {
    throw invalidConfiguration(
      [
        'credentials: must have clientsecret, or certurl, certificate and key: give the uaa object of the service key',
      ],
      NAME,
    );
  }
  return preset(
    {
      tokenUrl: `${httpsOrigin(NAME, 'credentials.certurl', certurl)}/oauth/token`,
      clientAuthentication: 'tls_client_auth',
      certificate: { cert, key },
    },
    { clientId, ...rest },
  );
}
