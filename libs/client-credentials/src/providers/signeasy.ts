import type { ProviderConfig } from '../config/options.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Signatures at Signeasy: credentials and audience as JSON, tokens of 30 days. The audience is another host than the
 * API, and its trailing slash matters.
 *
 * @example
 * ```ts
 * signeasy({ clientId, clientSecret });
 * ```
 */
export function signeasy(options: PresetOptions): ProviderConfig {
  return preset(
    {
      tokenUrl: 'https://auth.signeasy.com/oauth/token',
      clientAuthentication: 'client_secret_post',
      audience: 'https://api-ext.signeasy.com/',
      api: { baseURL: 'https://api.signeasy.com/v3' },
      dialect: { requestEncoding: 'json' },
    },
    options,
  );
}
