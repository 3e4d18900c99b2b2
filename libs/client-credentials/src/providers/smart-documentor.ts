import type { ProviderConfig } from '../config/options.js';
import { preset, type PresetOptions } from './preset.js';

const BASE = 'https://cloud.smartdocumentor.net';

/**
 * Configuration for SmartDocumentor, a document reading API.
 *
 * The form body has the credentials and `scope=WebAPI`; tokens live for an hour. A new secret invalidates the old one
 * at once: with a function as `clientSecret`, a rotation costs one token request.
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
