import type { ProviderConfig } from '../config/options.js';
import { baseAddress, segment } from './checked-options.js';
import { preset, type ClientPresetOptions } from './preset.js';

const NAME = 'keycloak';

/** The options of {@link keycloak}. Beside `clientId` one of `clientSecret`, `privateKey` and `certificate`. */
export interface KeycloakOptions extends ClientPresetOptions {
  /** Address of the server, with its path if it has one (`/auth` before Keycloak 17). */
  baseUrl: string;
  /** The name of the realm. */
  realm: string;
}

/**
 * Configuration for Keycloak, and products made from it.
 *
 * The client needs "Client authentication" and "Service accounts roles". Client assertions are for the realm's issuer.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` without base URL or realm
 * @example
 * ```ts
 * keycloak({ baseUrl: 'https://id.example.com', realm: 'acme', clientId, clientSecret });
 * ```
 * @see https://www.keycloak.org/securing-apps/oidc-layers (2026-11-27)
 */
export function keycloak(options: KeycloakOptions): ProviderConfig {
  const { baseUrl, realm, ...rest } = options;
  const issuer = `${baseAddress(NAME, 'baseUrl', baseUrl)}/realms/${segment(NAME, 'realm', realm)}`;
  return preset(
    {
      tokenUrl: `${issuer}/protocol/openid-connect/token`,
      // With tokenUrl set, the issuer is only the audience of client assertions.
      issuer,
      clientAuthentication: 'client_secret_basic',
    },
    rest,
  );
}
