import { authenticationMethodOf } from '../../config/authentication-method.js';
import { isSecureAddress } from '../../base/secure-origin.js';
import type { ProviderConfig } from '../../config/options.js';
import { isObject, asObject } from '../../base/objects.js';

/** What an authorization server announces of itself, as far as it matters here. @see RFC 8414 §2 */
export interface ServerMetadata {
  /** As the server writes it. */
  readonly issuer: string;
  readonly tokenUrl: string;
  /** Where clients with a certificate go instead. @see RFC 8705 §5 */
  readonly mtlsTokenUrl: string | undefined;
  /** How clients may prove who they are; `undefined` where the server does not say. */
  readonly authenticationMethods: readonly string[] | undefined;
}

/** Reads the parts that matter. The answer may be a text that says what is wrong with them. */
export function metadataOf(document: Readonly<Record<string, unknown>>): ServerMetadata | string {
  const tokenUrl = document['token_endpoint'];
  const mtlsTokenUrl = asObject(document['mtls_endpoint_aliases'])['token_endpoint'];
  const methods = document['token_endpoint_auth_methods_supported'];
  if (!isSecureAddress(tokenUrl)) return 'names no https token_endpoint';
  if (mtlsTokenUrl !== undefined && !isSecureAddress(mtlsTokenUrl)) {
    return 'names no https token_endpoint among its mtls_endpoint_aliases';
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

/** What a configuration and the server's own words do not agree on; `undefined` if they do. */
export function contradictionOf(
  config: ProviderConfig,
  { authenticationMethods: announced }: ServerMetadata,
): string | undefined {
  const method = authenticationMethodOf(config);
  if (announced === undefined || typeof method === 'function') return undefined;
  // On the wire they are the same: which it is, is settled by how the client was registered.
  const names: readonly string[] =
    method === 'tls_client_auth' ? [method, 'self_signed_tls_client_auth'] : [method];
  if (names.some((name) => announced.includes(name))) return undefined;
  const list = announced.length === 0 ? 'none' : announced.map((name) => `'${name}'`).join(', ');
  return `clientAuthentication: the server does not announce '${method}', but ${list}: use one of these, as the client is registered`;
}

/** A JSON object, or nothing. */
export function documentOf(body: unknown): Record<string, unknown> | undefined {
  return isObject(body) && !Array.isArray(body) ? body : undefined;
}
