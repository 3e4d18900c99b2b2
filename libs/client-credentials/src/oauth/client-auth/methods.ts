import type { TokenRequestAttempt } from '../../config/credentials.js';
import type { ResolvedDialect } from '../../config/resolve.js';
import type { TokenRequest } from '../../config/token-request.js';

// RFC 7523 §2.2
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Authenticates the client by changing the attempt. `issuer` is the server's issuer, if known; `request` is what is asked for. */
export type Authenticate = (
  attempt: TokenRequestAttempt,
  issuer: string | undefined,
  request: TokenRequest,
) => void | Promise<void>;

/** The client id and the dialect that names its parameter. */
interface Client {
  readonly clientId: string;
  readonly dialect: ResolvedDialect;
}

/** Sends id and secret in the `Authorization` header. @see RFC 6749 §2.3.1 */
export function clientSecretBasic(
  { clientId, dialect }: Client,
  clientSecret: string,
  { headers }: TokenRequestAttempt,
): void {
  const pair = [clientId, clientSecret];
  const encoded = dialect.basicCredentials === 'raw' ? pair : pair.map(formEncode);
  headers['authorization'] = `${dialect.basicScheme} ${Buffer.from(encoded.join(':')).toString('base64')}`;
}

/** Sends id and secret as parameters. @see RFC 6749 §2.3.1 */
export function clientSecretPost(client: Client, clientSecret: string, attempt: TokenRequestAttempt): void {
  const secretName = client.dialect.names.client_secret;
  clientIdAlone(client, attempt);
  if (secretName !== null) attempt.parameters[secretName] = clientSecret;
}

/** Sends the id and a client assertion, made for this attempt or given. @see RFC 7521 §4.2, RFC 7523 §2.2 */
export function clientAssertion(client: Client, assertion: string, attempt: TokenRequestAttempt): void {
  clientIdAlone(client, attempt);
  attempt.parameters['client_assertion_type'] = JWT_BEARER;
  attempt.parameters['client_assertion'] = assertion;
}

/** Sends the id alone, for a public client (RFC 6749 §3.2.1) or a client certificate (RFC 8705 §2). */
export function clientIdAlone({ clientId, dialect }: Client, { parameters }: TokenRequestAttempt): void {
  const idName = dialect.names.client_id;
  if (idName !== null) parameters[idName] = clientId;
}

/** Encodes a value as `application/x-www-form-urlencoded` (RFC 6749 appendix B). */
function formEncode(part: string): string {
  return new URLSearchParams({ part }).toString().slice('part='.length);
}
