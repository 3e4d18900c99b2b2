import type { ProviderConfig } from '../config/options.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Configuration for Signeasy, an e-signature API.
 *
 * The request is JSON with an audience. The audience has another host than the API, and its trailing slash matters.
 * Tokens live for 30 days.
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
