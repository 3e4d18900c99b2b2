import type { ProviderConfig } from '../config/options.js';
import { preset, type PresetOptions } from './preset.js';

/** The options of {@link adobe}. */
export interface AdobeOptions extends PresetOptions {
  /** The organization (`…@AdobeOrg`), which some APIs want as header `x-gw-ims-org-id`. */
  organizationId?: string;
}

/**
 * Configuration for Adobe's OAuth server-to-server credentials (Identity Management Services, IMS).
 *
 * Scopes are joined by commas. Every call has the client id as header `x-api-key`. Tokens live for a day. Each of
 * Adobe's APIs has a host of its own: set `api.baseURL`.
 *
 * @example
 * ```ts
 * adobe({ clientId, clientSecret, scope: ['openid', 'AdobeID', 'firefly_api'], api: { baseURL } });
 * ```
 * @see https://developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication/ims (2026-11-27)
 */
export function adobe(options: AdobeOptions): ProviderConfig {
  const { organizationId, ...rest } = options;
  return preset(
    {
      tokenUrl: 'https://ims-na1.adobelogin.com/ims/token/v3',
      clientAuthentication: 'client_secret_post',
      dialect: {
        scopeSeparator: ',',
        apiHeaders: {
          'x-api-key': rest.clientId,
          ...(organizationId !== undefined && { 'x-gw-ims-org-id': organizationId }),
        },
      },
    },
    rest,
  );
}
