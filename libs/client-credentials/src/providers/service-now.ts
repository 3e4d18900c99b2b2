import type { ProviderConfig } from '../config/options.js';
import { hostLabel } from './checked-options.js';
import { preset, type PresetOptions } from './preset.js';

/** The options of {@link serviceNow}. */
export interface ServiceNowOptions extends PresetOptions {
  /** The name of the instance: `acme` for `acme.service-now.com`. */
  instance: string;
}

/**
 * Configuration for a ServiceNow instance.
 *
 * The instance allows the grant where its property `glide.oauth.inbound.client.credential.grant_type.enabled` is true
 * and the OAuth entity has an application user. Refused credentials are answered with 401 and the error `server_error`,
 * which the library takes for a refusal and does not retry.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an instance that is no name of a host
 * @example
 * ```ts
 * serviceNow({ instance: 'acme', clientId, clientSecret });
 * ```
 * @see https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB2058936 (2026-11-27)
 */
export function serviceNow(options: ServiceNowOptions): ProviderConfig {
  const { instance, ...rest } = options;
  const base = `https://${hostLabel('serviceNow', 'instance', instance)}.service-now.com`;
  return preset(
    {
      tokenUrl: `${base}/oauth_token.do`,
      clientAuthentication: 'client_secret_post',
      api: { baseURL: base },
    },
    rest,
  );
}
