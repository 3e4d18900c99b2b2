import type { ProviderConfig } from '../config/options.js';
import { preset, type PresetOptions } from './preset.js';

const BASE = 'https://cloud.smartdocumentor.net';

/**
 * Document reading at SmartDocumentor: credentials and `scope=WebAPI` in a form, tokens of an hour. A new secret makes the old one
 * invalid at once: give `clientSecret` as a function, and a rotation costs one token request.
 *
 * @example
 * ```ts
 * smartDocumentor({ clientId, clientSecret: () => vault.read('smart-documentor') });
 * ```
 */
export function smartDocumentor(options: PresetOptions): ProviderConfig {
  return preset(
    {
      tokenUrl: `${BASE}/connect/token`,
      clientAuthentication: 'client_secret_post',
      scope: 'WebAPI',
      api: { baseURL: BASE },
    },
    options,
  );
}
