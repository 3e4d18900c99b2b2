import type { ProviderConfig } from '../config/options.js';
import { preset, type PresetOptions } from './preset.js';

const BASE = 'https://api.fyma.ai';

/**
 * Configuration for Fyma, a camera API.
 *
 * The request is JSON with an audience. Tokens live for a day, and Fyma limits how many it issues per day.
 *
 * @example
 * ```ts
 * fyma({ clientId, clientSecret });
 * ```
 */
export function fyma(options: PresetOptions): ProviderConfig {
  return preset(
    {
      tokenUrl: 'https://auth.fyma.ai/oauth/token',
      clientAuthentication: 'client_secret_post',
      audience: BASE,
      api: { baseURL: BASE },
      dialect: { requestEncoding: 'json' },
    },
    options,
  );
}
