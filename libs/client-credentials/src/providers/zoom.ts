import type { ProviderConfig } from '../config/options.js';
import { filled } from './checked-options.js';
import { preset, type PresetOptions } from './preset.js';

/** The options of {@link zoom}. */
export interface ZoomOptions extends PresetOptions {
  /** The account of the server-to-server app. */
  accountId: string;
}

/**
 * Configuration for Zoom's server-to-server OAuth.
 *
 * The grant type is `account_credentials`, with the account as a parameter. Scopes are chosen in the app. Tokens live
 * for an hour, and end when the app is deactivated.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` without account
 * @example
 * ```ts
 * zoom({ accountId, clientId, clientSecret });
 * ```
 * @see https://developers.zoom.us/docs/internal-apps/s2s-oauth/ (2026-11-27)
 */
export function zoom(options: ZoomOptions): ProviderConfig {
  const { accountId, ...rest } = options;
  return preset(
    {
      tokenUrl: 'https://zoom.us/oauth/token',
      clientAuthentication: 'client_secret_basic',
      parameters: { account_id: filled('zoom', 'accountId', accountId) },
      api: { baseURL: 'https://api.zoom.us/v2' },
      dialect: { grantType: 'account_credentials' },
    },
    rest,
  );
}
