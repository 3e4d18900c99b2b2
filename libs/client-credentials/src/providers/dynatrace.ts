import type { ProviderConfig } from '../config/options.js';
import { filled } from './checked-options.js';
import { preset, type PresetOptions } from './preset.js';

/** The options of {@link dynatrace}. */
export interface DynatraceOptions extends PresetOptions {
  /** The UUID of the account; it becomes the resource `urn:dtaccount:<UUID>`. */
  account: string;
  /** The scopes, such as `account-uac-read`. */
  scope: string | string[];
}

/**
 * Configuration for Dynatrace's OAuth clients, and the API of account management.
 *
 * Tokens live for five minutes, and are renewed about once in four. For the API of an environment set `api.baseURL`.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` without account
 * @example
 * ```ts
 * dynatrace({ account, clientId, clientSecret, scope: 'account-uac-read' });
 * ```
 * @see https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/oauth-clients (2026-11-27)
 */
export function dynatrace(options: DynatraceOptions): ProviderConfig {
  const { account, ...rest } = options;
  return preset(
    {
      tokenUrl: 'https://sso.dynatrace.com/sso/oauth2/token',
      clientAuthentication: 'client_secret_post',
      resource: `urn:dtaccount:${filled('dynatrace', 'account', account)}`,
      api: { baseURL: 'https://api.dynatrace.com' },
    },
    rest,
  );
}
