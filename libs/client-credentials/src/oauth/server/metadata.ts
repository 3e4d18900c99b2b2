import { authenticationMethodOf } from '../../config/authentication-method.js';
import { isSecureAddress } from '../../base/secure-origin.js';
import type { ProviderConfig } from '../../config/options.js';
import { isObject, asObject } from '../../base/objects.js';

/** The metadata of an authorization server that this library uses. @see RFC 8414 §2 */
export interface ServerMetadata {
  /** Issuer, exactly as the server writes it. */
  readonly issuer: string;
  readonly tokenUrl: string;
  /** Token endpoint for clients with a certificate. @see RFC 8705 §5 */
  readonly mtlsTokenUrl: string | undefined;
  /** Supported methods of client authentication; `undefined` if the metadata have no list. */
  readonly authenticationMethods: readonly string[] | undefined;
}

/**
 * Where a server may have its metadata: OpenID Connect first, since nearly every server supports it.
 *
 * @see OpenID Connect Discovery 1.0 §4.1; RFC 8414 §3.1
 */
export function metadataUrlsOf({ origin, pathname }: URL): string[] {
  const path = pathname.replace(/\/+$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/**
 * Whether metadata belong to an issuer: any other server could name a token endpoint of its own.
 *
 * @see RFC 8414 §3.3
 */
export function isSameIssuer(announced: unknown, { href }: URL): boolean {
  return typeof announced === 'string' && URL.canParse(announced) && new URL(announced).href === href;
}

/** Reads the metadata; returns a problem as text if they cannot be used. */
export function metadataOf(document: Readonly<Record<string, unknown>>): ServerMetadata | string {
  const tokenUrl = document['token_endpoint'];
  const mtlsTokenUrl = asObject(document['mtls_endpoint_aliases'])['token_endpoint'];
  const methods = document['token_endpoint_auth_methods_supported'];
  if (!isSecureAddress(tokenUrl)) return 'have no https token_endpoint: set tokenUrl instead';
  if (mtlsTokenUrl !== undefined && !isSecureAddress(mtlsTokenUrl)) {
    return 'have no https token_endpoint in mtls_endpoint_aliases: set tokenUrl instead';
  }
  return {
    issuer: String(document['issuer']),
    tokenUrl,
    mtlsTokenUrl,
    authenticationMethods: Array.isArray(methods)
      ? methods.filter((method) => typeof method === 'string')
      : undefined,
  };
}

/** Contradiction between a configuration and the server's metadata, as text; `undefined` if there is none. */
export function contradictionOf(
  config: ProviderConfig,
  { authenticationMethods: announced }: ServerMetadata,
): string | undefined {
  const method = authenticationMethodOf(config);
  if (announced === undefined || typeof method !== 'string') return undefined;
  // Both methods send the same request; the client's registration decides which one applies.
  const names: readonly string[] =
    method === 'tls_client_auth' ? [method, 'self_signed_tls_client_auth'] : [method];
  if (names.some((name) => announced.includes(name))) return undefined;
  const list = announced.length === 0 ? 'none' : announced.map((name) => `'${name}'`).join(', ');
  return `clientAuthentication: the server does not support '${method}', but ${list}: use the method that the client is registered with`;
}

/** The value if it is a JSON object, else `undefined`. */
export function documentOf(body: unknown): Record<string, unknown> | undefined {
  return isObject(body) && !Array.isArray(body) ? body : undefined;
}
