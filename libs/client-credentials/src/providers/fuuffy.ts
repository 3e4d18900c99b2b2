import { invalidConfiguration } from '../base/errors.js';
import type { ProviderConfig } from '../config/options.js';
import { preset, type PresetOptions } from './preset.js';

const BASES = {
  production: 'https://api-gateway.fuuffy.com/v1',
  testing: 'https://testing-api-gateway.fuuffy.com/v1',
} as const;

/** The options of {@link fuuffy}. */
export interface FuuffyOptions extends PresetOptions {
  /** Which of its two systems. */
  environment: keyof typeof BASES;
}

/**
 * Shipments at Fuuffy: credentials in a form without a grant type, answers wrapped in `data`, tokens of an hour. Its
 * guide also shows a grant type: `dialect: { grantType: 'client_credentials' }` sends one.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown environment; it lists the known ones
 * @example
 * ```ts
 * fuuffy({ environment: 'testing', clientId, clientSecret });
 * ```
 */
export function fuuffy(options: FuuffyOptions): ProviderConfig {
  const { environment, ...rest } = options;
  const base = Object.hasOwn(BASES, environment) ? BASES[environment] : undefined;
  if (base === undefined) {
    const known = Object.keys(BASES).join(', ');
    throw invalidConfiguration([`environment: "${environment}" is not known; known are ${known}`], 'fuuffy');
  }
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
