import { asObject } from '../base/objects.js';
import { authenticationMethodOf, isAssertionMethod } from '../config/authentication-method.js';
import { JWT_BEARER_GRANT_TYPE } from '../config/grant.js';
import type { Provider } from '../config/resolve.js';
import type { ResolvedRequest } from '../token/token-key.js';
import type { OAuthError } from './error-response.js';
import { isHtml, type TokenResponse } from './response-body.js';

// Assertions are refused by servers whose clock differs by more than their tolerance, which is a minute or more for most.
const NOTABLE_CLOCK_DIFFERENCE_MS = 60_000;

/** Whether the endpoint refused the client's credentials, rather than the request's parameters. */
export function isCredentialsRefusal(status: number | undefined, code: string | undefined): boolean {
  return code === 'invalid_client' || status === 401 || (status === 403 && code === undefined);
}

/** A token request that was answered with an error. */
export interface RefusedRequest {
  readonly provider: Provider;
  /** What was asked for. */
  readonly request: ResolvedRequest;
  /** The secrets that authenticated the client. */
  readonly presented: readonly string[];
}

/** What to look at after an error response: the option that most probably caused it. @see RFC 6749 §5.2, RFC 8707 §2 */
export function adviceOn(
  response: TokenResponse,
  { code }: OAuthError,
  refused: RefusedRequest,
  now: number,
): string {
  const { request, provider } = refused;
  const address = addressOption(provider);
  const isPage = isHtml(response.text);
  if (isCredentialsRefusal(response.status, code)) {
    const advice = credentialsAdvice(response, refused, now);
    return isPage ? `Check ${address}: an HTML page answered. If it is right: ${advice}` : advice;
  }
  if (isPage) return `Check ${address}: an HTML page is there, not a token endpoint.`;
  if (provider.config.grant !== undefined && code === 'invalid_grant')
    return `Check grant.issuer (or clientId), grant.subject, grant.audience and privateKey with its kid against the service account’s registration, and the clock${clockDifference(response, now)}.`;
  const grant = provider.config.grant === undefined ? 'client_credentials' : JWT_BEARER_GRANT_TYPE;
  switch (code) {
    case 'invalid_scope':
      return `Check scope${quoted(request.scopes)} against what the provider grants this client.`;
    case 'invalid_target':
      return `Check resource and audience${quoted([...request.resources, request.audience ?? []].flat())} against what the provider grants this client.`;
    case 'invalid_dpop_proof':
      return `Check dpop.algorithm against what the server supports, and the clock${clockDifference(response, now)}.`;
    case 'unsupported_grant_type':
      return `The provider does not know the grant ${grant} by this name: check dialect.grantType and ${address}.`;
    case 'unauthorized_client':
      return `The client may not use the grant ${grant}: check clientId, or have the provider allow the grant for it.`;
    case undefined:
    default:
      // Frameworks answer a wrong path with an error code of their own.
      if (response.status === 404 || response.status === 410)
        return `Check ${address}: no token endpoint is there.`;
      if (response.status === 405)
        return `Check ${address} and dialect.method: the server does not take this method there.`;
  }
  return 'Check the scope, the audience and the dialect against the provider’s documentation.';
}

/** The option that says where the token endpoint is. */
export function addressOption({ config }: Provider): 'tokenUrl' | 'issuer' {
  return config.tokenUrl === undefined ? 'issuer' : 'tokenUrl';
}

function quoted(asked: readonly string[]): string {
  return asked.length === 0 ? '' : ` (${asked.join(', ')})`;
}

/** Advice for refused credentials, by method of client authentication. */
function credentialsAdvice(
  response: TokenResponse,
  { provider: { config }, presented }: RefusedRequest,
  now: number,
): string {
  const method = authenticationMethodOf(config);
  const { clientId } = config;
  if (method === 'tls_client_auth' || method === 'self_signed_tls_client_auth') {
    return 'Check clientId and certificate against the client’s registration: the certificate may be replaced or expired.';
  }
  if (method === undefined)
    return `Check clientId, grant and privateKey with its kid against the service account’s registration, and the clock${clockDifference(response, now)}.`;
  if (typeof method === 'function')
    return 'Check the clientAuthentication function: its credentials may be wrong or expired.';
  if (isAssertionMethod(method)) {
    const key = method === 'private_key_jwt' ? 'privateKey and its kid' : 'clientSecret';
    return `Check clientId, ${key} against the client’s registration for ${method}, assertion.audience, and the clock${clockDifference(response, now)}.`;
  }
  const other = method === 'client_secret_post' ? 'client_secret_basic' : 'client_secret_post';
  const blanks = Object.entries({ clientId: [clientId], clientSecret: presented })
    .filter(([, values]) => values.some((value) => value !== value.trim()))
    .map(([name]) => ` ${name} begins or ends with a blank.`);
  return `Check clientId and clientSecret: the secret may be wrong or expired. They were sent by ${method}: if the provider expects ${other}, set clientAuthentication.${blanks.join('')}`;
}

/** By how much the clocks differ, if that may be the reason. */
function clockDifference({ headers }: TokenResponse, now: number): string {
  const differenceMs = Date.parse(headers['date'] ?? '') - now;
  if (!(Math.abs(differenceMs) > NOTABLE_CLOCK_DIFFERENCE_MS)) return '';
  const seconds = Math.round(Math.abs(differenceMs) / 1000);
  return `, which is ${seconds} seconds ${differenceMs > 0 ? 'behind' : 'ahead of'} the server’s`;
}

// Node has many codes for a certificate that it does not trust.
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/;
const OUT_OF_DATE = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/;
// An alert is what the server says of our certificate.
const REFUSED_OURS = /ALERT.*CERTIFICATE|CERTIFICATE.*ALERT/;
const NOT_TLS = /^(EPROTO|ERR_SSL_)/;

/**
 * Whether a connection failed because the two sides cannot agree on TLS: another attempt cannot fare better. A server that refuses the
 * client's certificate may take the next one, where there is one.
 */
export function isTlsProblem(cause: unknown, hasCertificate: boolean): boolean {
  const code = codeOf(cause);
  if (REFUSED_OURS.test(code)) return !hasCertificate;
  return UNTRUSTED.test(code) || code.startsWith('ERR_SSL_');
}

function codeOf(cause: unknown): string {
  const { code } = asObject(cause);
  return typeof code === 'string' ? code : '';
}

/** What to look at where no response came from the address of this option. */
export function adviceOnNoResponse(cause: object, address: 'tokenUrl' | 'issuer'): string {
  const text = codeOf(cause);
  if (REFUSED_OURS.test(text)) return 'The server refused the client’s certificate: check certificate.';
  if (text === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `Its certificate is for another host: check the host in ${address}.`;
  if (OUT_OF_DATE.test(text))
    return 'Its certificate has expired, or is not valid yet: the server needs a new one, unless the clock of this machine is wrong.';
  if (UNTRUSTED.test(text))
    return 'Its certificate is not trusted: name the authority in NODE_EXTRA_CA_CERTS, or in the ca of tokenRequest.axios.httpsAgent.';
  if (NOT_TLS.test(text))
    return `Check ${address}: there may be no TLS at this port. Check the proxy as well.`;
  return `Check ${address}, the proxy and the network.`;
}

/** Host and port of an address, for messages. */
export function hostOf(address: string): string {
  if (!URL.canParse(address)) return 'an address that is no URL';
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}
