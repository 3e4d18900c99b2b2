import type { ClientAuthentication, ClientAuthenticationMethod } from './credentials.js';
import type { ProviderConfig } from './options.js';

/**
 * Client authentication of a provider: `clientAuthentication`, else the method that fits the configured credential.
 *
 * `undefined` where the grant alone is sent: an assertion says who asks (RFC 7521 §4.1).
 */
export function authenticationMethodOf(
  config: Partial<ProviderConfig>,
): ClientAuthenticationMethod | ClientAuthentication | undefined {
  const { clientAuthentication, clientSecret, privateKey, clientAssertion, certificate, grant } = config;
  if (clientAuthentication !== undefined) return clientAuthentication;
  if (grant !== undefined) return undefined;
  if (clientSecret !== undefined) return 'client_secret_basic';
  if (privateKey !== undefined || clientAssertion !== undefined) return 'private_key_jwt';
  return certificate === undefined ? 'client_secret_basic' : 'tls_client_auth';
}

/** Whether a method sends a client assertion (RFC 7521 §4.2). */
export function isAssertionMethod(method: unknown): boolean {
  return method === 'client_secret_jwt' || method === 'private_key_jwt';
}

/** Whether a method needs `clientSecret`, to send it or to sign with it. */
export function isSecretMethod(method: unknown): boolean {
  return typeof method === 'string' && method.startsWith('client_secret_');
}
