import type { ProviderConfig } from '../config/options.js';
import { filled, known } from './checked-options.js';
import { preset, type ClientPresetOptions } from './preset.js';
import { scopeClaim } from './scope-claim.js';

const NAME = 'docusign';

const HOSTS = { demo: 'account-d.docusign.com', production: 'account.docusign.com' } as const;

/** The options of {@link docusign}; `clientId` is the integration key. */
export interface DocusignOptions extends ClientPresetOptions {
  /** The developer environment or production. */
  environment: keyof typeof HOSTS;
  /** The private key of the integration key: RSA. */
  privateKey: NonNullable<ProviderConfig['privateKey']>;
  /** The user on whose behalf the application acts: the user's API id, a GUID. */
  subject: string;
}

/**
 * Configuration for DocuSign's JWT grant.
 *
 * The audience of the JWT is a host name, without `https://`; the scopes are its claim `scope`. The user must have
 * consented once. Tokens live for an hour. The API's base URL depends on the account: set `api.baseURL` from
 * the answer of `/oauth/userinfo`.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown environment; its message lists the known ones
 * @example
 * ```ts
 * docusign({ environment: 'demo', clientId, privateKey: { key }, subject: userId, api: { baseURL } });
 * ```
 * @see https://developers.docusign.com/platform/auth/jwt-get-token (2026-11-27)
 */
export function docusign(options: DocusignOptions): ProviderConfig {
  const { environment, subject, ...rest } = options;
  const host = known(NAME, 'environment', HOSTS, environment);
  return preset(
    {
      tokenUrl: `https://${host}/oauth/token`,
      scope: ['signature', 'impersonation'],
      grant: {
        type: 'jwt_bearer',
        subject: filled(NAME, 'subject', subject),
        audience: host,
        claims: scopeClaim,
      },
      // The scopes are a claim.
      dialect: { parameterNames: { scope: null } },
    },
    rest,
  );
}
