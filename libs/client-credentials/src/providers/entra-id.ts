import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { invalidConfiguration } from '../base/errors.js';
import type { ProviderConfig } from '../config/options.js';
import { isPem } from '../config/signing-key.js';
import { known, segment } from './checked-options.js';
import { preset, type ClientPresetOptions } from './preset.js';

const NAME = 'entraId';

const CLOUDS = {
  global: 'https://login.microsoftonline.com',
  usGovernment: 'https://login.microsoftonline.us',
  china: 'https://login.partner.microsoftonline.cn',
} as const;

/** The options of {@link entraId}. Beside `clientId` one of `clientSecret`, `privateKey` and `clientAssertion`. */
export interface EntraIdOptions extends ClientPresetOptions {
  /** The tenant: its id (a GUID) or one of its domain names. */
  tenant: string;
  /**
   * The cloud, each with its own registrations.
   *
   * @defaultValue `'global'`
   */
  cloud?: keyof typeof CLOUDS;
  /** The certificate of `privateKey`: PEM, or the path of a PEM file that is read once, when the preset is called. */
  signingCertificate?: string;
}

/**
 * Configuration for Microsoft Entra ID (Azure AD), v2.0 endpoint.
 *
 * Scopes are `<resource>/.default`, all of one resource; which permissions a token has is decided in the registration.
 * With `privateKey` and `signingCertificate` the client sends a JWT signed with PS256, whose header has the
 * certificate's SHA-256 thumbprint; with `clientAssertion` a federated credential, such as the token file of a
 * Kubernetes workload. A new certificate needs a new configuration.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown cloud (its message lists the known ones), a
 * scope that is no `/.default` scope, and a key without certificate
 * @example
 * ```ts
 * entraId({ tenant, clientId, clientSecret, scope: 'https://graph.microsoft.com/.default' });
 * entraId({ tenant, clientId, privateKey: { key: '/run/key.pem' }, signingCertificate: '/run/cert.pem', scope });
 * entraId({ tenant, clientId, clientAssertion: { file: '/run/azure/token' }, scope });
 * ```
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow,
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials and
 * https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud (2026-11-27)
 */
export function entraId(options: EntraIdOptions): ProviderConfig {
  const { tenant, cloud = 'global', signingCertificate, ...rest } = options;
  const host = known(NAME, 'cloud', CLOUDS, cloud);
  const wrong = [rest.scope ?? []].flat().find((scope) => !scope.endsWith('/.default'));
  if (wrong !== undefined) {
    throw invalidConfiguration(
      [`scope: "${wrong}" must end with /.default: permissions are granted in the registration`],
      NAME,
    );
  }
  return preset(
    {
      tokenUrl: `${host}/${segment(NAME, 'tenant', tenant)}/oauth2/v2.0/token`,
      clientAuthentication: 'client_secret_post',
      ...(rest.privateKey !== undefined && { assertion: assertionWith(signingCertificate) }),
    },
    rest,
  );
}

/** Signature and header of assertions, as Microsoft documents them. */
function assertionWith(certificate: string | undefined): NonNullable<ProviderConfig['assertion']> {
  if (certificate === undefined) {
    throw invalidConfiguration(
      ['signingCertificate: is needed for privateKey: Entra ID finds the key by its thumbprint'],
      NAME,
    );
  }
  return { algorithm: 'PS256', header: { typ: 'JWT', 'x5t#S256': thumbprintOf(certificate) } };
}

function thumbprintOf(certificate: string): string {
  try {
    const pem = isPem(certificate) ? certificate : readFileSync(certificate, 'utf8');
    return createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');
  } catch {
    throw invalidConfiguration(
      ['signingCertificate: must be a certificate in PEM, or the path of a PEM file'],
      NAME,
    );
  }
}
