import type { ProviderConfig } from '../config/options.js';
import { preset, type PresetOptions } from './preset.js';

const BASE = 'https://api.fyma.ai';

/**
 * Cameras at Fyma: credentials and audience as JSON, tokens of a day, and a daily limit on how many are issued.
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
