import type { ClientAuthentication } from '../core/options.js';
import type { ResolvedDialect } from '../core/provider.js';

/** What the built-in ways of client authentication work with. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Id and secret in the `Authorization` header. @see RFC 6749 §2.3.1 */
export function clientSecretBasic(
  credentials: ClientCredentials,
  dialect: ResolvedDialect,
): ClientAuthentication {
  const encode = dialect.basicCredentials === 'raw' ? (part: string): string => part : formEncode;
  return ({ headers }) => {
    const pair = `${encode(credentials.clientId)}:${encode(credentials.clientSecret)}`;
    headers['authorization'] = `${dialect.basicScheme} ${Buffer.from(pair).toString('base64')}`;
  };
}

/** Id and secret among the parameters. @see RFC 6749 §2.3.1 */
export function clientSecretPost(
  credentials: ClientCredentials,
  dialect: ResolvedDialect,
): ClientAuthentication {
  const idName = dialect.nameOf('client_id');
  const secretName = dialect.nameOf('client_secret');
  return ({ parameters }) => {
    if (idName !== null) parameters[idName] = credentials.clientId;
    if (secretName !== null) parameters[secretName] = credentials.clientSecret;
  };
}

/** A public client: its id alone. @see RFC 6749 §3.2.1 */
export function noClientAuthentication(clientId: string, dialect: ResolvedDialect): ClientAuthentication {
  const idName = dialect.nameOf('client_id');
  return ({ parameters }) => {
    if (idName !== null) parameters[idName] = clientId;
  };
}

/** `application/x-www-form-urlencoded`, as RFC 6749 appendix B asks. */
function formEncode(part: string): string {
  return new URLSearchParams({ part }).toString().slice('part='.length);
}
