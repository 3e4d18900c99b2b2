import type { ProviderConfig } from '../config/options.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Configuration for the Spotify Web API.
 *
 * The tokens reach only what belongs to no user. They live for an hour.
 *
 * @example
 * ```ts
 * spotify({ clientId, clientSecret });
 * ```
 * @see https://developer.spotify.com/documentation/web-api/tutorials/client-credentials-flow (2026-11-27)
 */
export function spotify(options: PresetOptions): ProviderConfig {
  return preset(
    {
      tokenUrl: 'https://accounts.spotify.com/api/token',
      clientAuthentication: 'client_secret_basic',
      api: { baseURL: 'https://api.spotify.com/v1' },
    },
    options,
  );
}
