import type { TokenRequestAttempt } from '../../config/credentials.js';
import type { ResolvedDialect } from '../../config/resolve.js';

// RFC 7523 §2.2
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Authenticates the client by changing the attempt. `issuer` is the server's issuer, if known. */
export type Authenticate = (attempt: TokenRequestAttempt, issuer: string | undefined) => void | Promise<void>;

/** The client id and the dialect that names its parameter. */
interface Client {
  readonly clientId: string;
  readonly dialect: ResolvedDialect;
}

/** Sends id and secret in the `Authorization` header. @see RFC 6749 §2.3.1 */
export function clientSecretBasic({ clientId, dialect }: Client, clientSecret: string): Authenticate {
  const encode = dialect.basicCredentials === 'raw' ? (part: string): string => part : formEncode;
  return ({ headers }) => {
    const pair = `${encode(clientId)}:${encode(clientSecret)}`;
    headers['authorization'] = `${dialect.basicScheme} ${Buffer.from(pair).toString('base64')}`;
  };
}

/** Sends id and secret as parameters. @see RFC 6749 §2.3.1 */
export function clientSecretPost(client: Client, clientSecret: string): Authenticate {
  const secretName = client.dialect.names.client_secret;
  const authenticate = clientIdAlone(client);
  return (attempt, issuer) => {
    void authenticate(attempt, issuer);
    if (secretName !== null) attempt.parameters[secretName] = clientSecret;
  };
}

/** Sends the id and a client assertion made for this attempt. @see RFC 7521 §4.2, RFC 7523 §2.2 */
export function clientAssertion(
  client: Client,
  assertionFor: (audience: string) => string | Promise<string>,
  configuredAudience?: string,
): Authenticate {
  const authenticate = clientIdAlone(client);
  return async (attempt, issuer) => {
    void authenticate(attempt, issuer);
    attempt.parameters['client_assertion_type'] = JWT_BEARER;
    attempt.parameters['client_assertion'] = await assertionFor(configuredAudience ?? issuer ?? attempt.url);
  };
}

/** Sends the id alone, for a public client (RFC 6749 §3.2.1) or a client certificate (RFC 8705 §2). */
export function clientIdAlone({ clientId, dialect }: Client): Authenticate {
  const idName = dialect.names.client_id;
  return ({ parameters }) => {
    if (idName !== null) parameters[idName] = clientId;
  };
}

/** Encodes a value as `application/x-www-form-urlencoded` (RFC 6749 appendix B). */
function formEncode(part: string): string {
  return new URLSearchParams({ part }).toString().slice('part='.length);
}
