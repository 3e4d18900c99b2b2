import type { Dialect } from '../config/dialect.js';
import { decodeFormValue } from './form.js';
import type { RecordedRequest } from './recorded-request.js';
import { OAuthRefusal } from './refusal.js';
import type { Settings } from './settings.js';
import type { StandardParameters } from './token-request.js';

interface Credentials {
  clientId: string;
  clientSecret: string;
}

/**
 * Returns the id of the requesting client; throws if the client is not authenticated by the accepted method.
 *
 * @see RFC 6749 §2.3: a client must not use more than one method in a request
 * @internal
 */
export async function authenticateClient(
  request: RecordedRequest,
  parameters: StandardParameters,
  settings: Settings,
): Promise<string> {
  const { clientAuthentication, dialect } = settings;
  if (typeof clientAuthentication === 'function') {
    if (!(await clientAuthentication(request))) throw invalidClient(dialect);
    return parameters.client_id ?? readBasic(request, dialect)?.clientId ?? settings.clientId;
  }
  const header = request.headers.authorization;
  const hasInParameters = parameters.client_id !== undefined || parameters.client_secret !== undefined;
  if (header !== undefined && hasInParameters) {
    throw new OAuthRefusal('invalid_request', 'The request has credentials in more than one place.');
  }
  const isAuthenticated = {
    client_secret_basic: () => isBasicValid(readBasic(request, dialect), settings),
    client_secret_post: () => header === undefined && isPostValid(parameters, settings),
    none: () =>
      header === undefined &&
      parameters.client_secret === undefined &&
      parameters.client_id === expectedId(settings),
  }[clientAuthentication]();
  if (!isAuthenticated) throw invalidClient(dialect);
  return settings.clientId;
}

function isBasicValid(credentials: Credentials | undefined, settings: Settings): boolean {
  return (
    credentials !== undefined &&
    credentials.clientId === settings.clientId &&
    isSecret(credentials.clientSecret, settings)
  );
}

function isPostValid(parameters: StandardParameters, settings: Settings): boolean {
  return (
    parameters.client_id === expectedId(settings) &&
    (settings.dialect.parameterNames?.client_secret === null || isSecret(parameters.client_secret, settings))
  );
}

/** The client id that the parameters must have; `undefined` if the dialect leaves the id out. */
function expectedId(settings: Settings): string | undefined {
  return settings.dialect.parameterNames?.client_id === null ? undefined : settings.clientId;
}

function isSecret(candidate: string | undefined, settings: Settings): boolean {
  return [settings.clientSecret].flat().some((secret) => secret === candidate);
}

/** Decodes the Basic header as strictly as the strictest servers; `undefined` if missing or invalid. */
function readBasic(request: RecordedRequest, dialect: Dialect): Credentials | undefined {
  const [scheme, encoded, ...rest] = request.headers.authorization?.split(' ') ?? [];
  if (scheme === undefined || encoded === undefined || rest.length > 0) return undefined;
  // Schemes are case-insensitive (RFC 9110 §11.1).
  if (scheme.toLowerCase() !== basicSchemeOf(dialect).toLowerCase()) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) return undefined;
  const text = bytes.toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) return undefined;
  const decode = dialect.basicCredentials === 'raw' ? (part: string) => part : decodeFormValue;
  const clientId = decode(text.slice(0, colon));
  const clientSecret = decode(text.slice(colon + 1));
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return { clientId, clientSecret };
}

function basicSchemeOf(dialect: Dialect): string {
  return dialect.basicScheme ?? 'Basic';
}

function invalidClient(dialect: Dialect): OAuthRefusal {
  return new OAuthRefusal('invalid_client', 'The client is unknown, or its credentials are wrong.', 401, {
    'www-authenticate': `${basicSchemeOf(dialect)} realm="token endpoint"`,
  });
}
