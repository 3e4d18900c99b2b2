import type { ProviderConfig } from '../config/options.js';
import { filled, httpsOrigin } from './checked-options.js';
import { preset, type ClientPresetOptions } from './preset.js';

const NAME = 'auth0';

/** The options of {@link auth0}. Beside `clientId` one of `clientSecret` and `privateKey`. */
export interface Auth0Options extends ClientPresetOptions {
  /** The tenant's domain, such as `acme.eu.auth0.com`, or its custom domain. */
  domain: string;
  /** The identifier of the API, as it stands in its settings; a trailing slash matters. */
  audience: string;
}

/**
 * Configuration for Auth0.
 *
 * The audience is needed. With `privateKey` the client assertion is for `https://<domain>/`, slash included.
 * Each token counts against the quota of machine-to-machine tokens.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for a domain that is no host name, and without audience
 * @example
 * ```ts
 * auth0({ domain: 'acme.eu.auth0.com', audience: 'https://api.acme.example', clientId, clientSecret });
 * ```
 * @see https://auth0.com/docs/flows/call-your-api-using-the-client-credentials-flow
 * and https://auth0.com/docs/get-started/authentication-and-authorization-flow/authenticate-with-private-key-jwt (2026-11-27)
 */
export function auth0(options: Auth0Options): ProviderConfig {
  const { domain, audience, ...rest } = options;
  const origin = httpsOrigin(NAME, 'domain', domain);
  return preset(
    {
      tokenUrl: `${origin}/oauth/token`,
      // With tokenUrl set, the issuer is only the audience of client assertions.
      issuer: `${origin}/`,
      clientAuthentication: 'client_secret_post',
      audience: filled(NAME, 'audience', audience),
    },
    rest,
  );
}
