import type { ClientAuthentication } from '../core/client-authentication.js';
import type { Provider, ResolvedDialect } from '../core/provider.js';

/** Whether a provider's secret is sent by one of the built-in ways, so that another one is worth a try. */
export function usesSecret({ config }: Provider): boolean {
  return typeof config.clientAuthentication !== 'function' && config.clientAuthentication !== 'none';
}

/** How a provider's client proves who it is, with this secret. */
export function clientAuthenticationOf(
  { config, dialect }: Provider,
  clientSecret = '',
): ClientAuthentication {
  const { clientId, clientAuthentication: method = 'client_secret_basic' } = config;
  if (typeof method === 'function') return method;
  switch (method) {
    case 'client_secret_basic':
      return clientSecretBasic({ clientId, clientSecret }, dialect);
    case 'client_secret_post':
      return clientSecretPost({ clientId, clientSecret }, dialect);
    case 'none':
      return noClientAuthentication(clientId, dialect);
  }
}

/** What the built-in ways of client authentication work with. */
interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Id and secret in the `Authorization` header. @see RFC 6749 §2.3.1 */
function clientSecretBasic(credentials: ClientCredentials, dialect: ResolvedDialect): ClientAuthentication {
  const encode = dialect.basicCredentials === 'raw' ? (part: string): string => part : formEncode;
  return ({ headers }) => {
    const pair = `${encode(credentials.clientId)}:${encode(credentials.clientSecret)}`;
    headers['authorization'] = `${dialect.basicScheme} ${Buffer.from(pair).toString('base64')}`;
  };
}

/** Id and secret among the parameters. @see RFC 6749 §2.3.1 */
function clientSecretPost(credentials: ClientCredentials, dialect: ResolvedDialect): ClientAuthentication {
  const idName = dialect.nameOf('client_id');
  const secretName = dialect.nameOf('client_secret');
  return ({ parameters }) => {
    if (idName !== null) parameters[idName] = credentials.clientId;
    if (secretName !== null) parameters[secretName] = credentials.clientSecret;
  };
}

/** A public client: its id alone. @see RFC 6749 §3.2.1 */
function noClientAuthentication(clientId: string, dialect: ResolvedDialect): ClientAuthentication {
  const idName = dialect.nameOf('client_id');
  return ({ parameters }) => {
    if (idName !== null) parameters[idName] = clientId;
  };
}

/** `application/x-www-form-urlencoded`, as RFC 6749 appendix B asks. */
function formEncode(part: string): string {
  return new URLSearchParams({ part }).toString().slice('part='.length);
}
