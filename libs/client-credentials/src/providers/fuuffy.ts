import type { ProviderConfig } from '../config/options.js';
import { known } from './checked-options.js';
import { preset, type PresetOptions } from './preset.js';

const BASES = {
  production: 'https://api-gateway.fuuffy.com/v1',
  testing: 'https://testing-api-gateway.fuuffy.com/v1',
} as const;

/** The options of {@link fuuffy}. */
export interface FuuffyOptions extends PresetOptions {
  /** Fuuffy's production or testing system. */
  environment: keyof typeof BASES;
}

/**
 * Configuration for Fuuffy, a shipping API.
 *
 * The form body has no grant type, the response is wrapped in `data`, and tokens live for an hour. Fuuffy's guide also
 * shows a grant type; `dialect: { grantType: 'client_credentials' }` sends it.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown environment; its message lists the known ones
 * @example
 * ```ts
 * fuuffy({ environment: 'testing', clientId, clientSecret });
 * ```
 */
export function fuuffy(options: FuuffyOptions): ProviderConfig {
  const { environment, ...rest } = options;
  const base = known('fuuffy', 'environment', BASES, environment);
  return preset(
    {
      tokenUrl: `${base}/auth/token`,
      clientAuthentication: 'client_secret_post',
      api: { baseURL: base },
      dialect: {
        grantType: null,
        response: {
          accessToken: 'data.access_token',
          expiresIn: 'data.expires_in',
          tokenType: 'data.token_type',
          scope: 'data.scope',
        },
      },
    },
    rest,
  );
}
