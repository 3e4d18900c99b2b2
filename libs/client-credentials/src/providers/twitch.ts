import type { ProviderConfig } from '../config/options.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Configuration for the Twitch API, with app access tokens.
 *
 * Every call has the header `Client-Id`; it must name the client that got the token. Tokens live for about two months,
 * of which the library uses 31 days (`lifetime.maxSeconds`); Twitch may end them earlier, with 401.
 *
 * @example
 * ```ts
 * twitch({ clientId, clientSecret });
 * ```
 * @see https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/#client-credentials-grant-flow (2026-11-27)
 */
export function twitch(options: PresetOptions): ProviderConfig {
  return preset(
    {
      tokenUrl: 'https://id.twitch.tv/oauth2/token',
      clientAuthentication: 'client_secret_post',
      api: { baseURL: 'https://api.twitch.tv/helix' },
      dialect: { apiHeaders: { 'Client-Id': options.clientId } },
    },
    options,
  );
}
