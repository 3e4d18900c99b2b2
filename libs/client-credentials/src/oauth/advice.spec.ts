import { describe, expect, it } from '@jest/globals';
import type { ProviderConfig } from '../config/options.js';
import { resolveProvider } from '../config/resolve.js';
import type { TokenRequest } from '../config/token-request.js';
import { resolveRequest } from '../token/token-key.js';
import { adviceOn, adviceOnNoResponse, hostOf, isCredentialsRefusal, isTlsProblem } from './advice.js';

const NOW = Date.parse('2030-01-01T00:00:00.000Z');
const TOKEN_URL = 'https://id.example.com/token';
const SECRET = { tokenUrl: TOKEN_URL, clientId: 'desk', clientSecret: 'secret' };
const KEY = { tokenUrl: TOKEN_URL, clientId: 'desk', privateKey: { key: 'a key' } };

interface Refusal {
  config?: ProviderConfig;
  request?: TokenRequest;
  status?: number;
  code?: string;
  text?: string;
  date?: string;
  presented?: string[];
}

function adviceAfter(refusal: Refusal): string {
  const { config = SECRET, request = {}, status = 400, code, text = '', date, presented = [] } = refusal;
  return adviceOn(
    { status, headers: { ...(date !== undefined && { date }) }, text },
    { code, description: undefined },
    { provider: resolveProvider('desk', config), request: resolveRequest(request), presented },
    NOW,
  );
}

describe('credentials count as refused', () => {
  it.each<[number | undefined, string | undefined, boolean]>([
    [400, 'invalid_client', true],
    [401, undefined, true],
    [401, 'invalid_scope', true],
    [403, undefined, true],
    [403, 'access_denied', false],
    [400, undefined, false],
    [400, 'invalid_grant', false],
    [undefined, undefined, false],
  ])('with status %s and code %s: %s', (status, code, expected) => {
    expect(isCredentialsRefusal(status, code)).toBe(expected);
  });
});

describe('the advice after an error response', () => {
  const account: ProviderConfig = { ...KEY, grant: { type: 'jwt_bearer' } };
  const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  const inGeneral = 'Check the scope, the audience and the dialect against the provider’s documentation.';

  it.each<[string, Refusal, string]>([
    [
      'of a scope names the scopes that were asked for',
      { code: 'invalid_scope', request: { scope: 'a b' } },
      'Check scope (a, b) against what the provider grants this client.',
    ],
    [
      'of a scope where none was asked for',
      { code: 'invalid_scope' },
      'Check scope against what the provider grants this client.',
    ],
    [
      'of a target names resources and audience',
      { code: 'invalid_target', request: { resource: ['r', 's'], audience: 'x' } },
      'Check resource and audience (r, s, x) against what the provider grants this client.',
    ],
    [
      'of a target without an audience',
      { code: 'invalid_target', request: { resource: 'r' } },
      'Check resource and audience (r) against what the provider grants this client.',
    ],
    [
      'of a DPoP proof',
      { code: 'invalid_dpop_proof' },
      'Check dpop.algorithm against what the server supports, and the clock.',
    ],
    [
      'of the grant type',
      { code: 'unsupported_grant_type' },
      'The provider does not know the grant client_credentials by this name: check dialect.grantType and tokenUrl.',
    ],
    [
      'of the grant type of a service account',
      { code: 'unsupported_grant_type', config: account },
      `The provider does not know the grant ${jwtBearer} by this name: check dialect.grantType and tokenUrl.`,
    ],
    [
      'of a client that may not use the grant',
      { code: 'unauthorized_client' },
      'The client may not use the grant client_credentials: check clientId, or have the provider allow the grant for it.',
    ],
    [
      'of the assertion that is the grant',
      { code: 'invalid_grant', config: account, date: 'Tue, 01 Jan 2030 00:02:00 GMT' },
      'Check grant.issuer (or clientId), grant.subject, grant.audience and privateKey with its kid against the service account’s registration, and the clock, which is 120 seconds behind the server’s.',
    ],
    ['of invalid_grant where there is no such grant', { code: 'invalid_grant' }, inGeneral],
    ['with another code', { code: 'invalid_request' }, inGeneral],
    [
      'with a code of a framework, and status 404',
      { code: 'not_found', status: 404 },
      'Check tokenUrl: no token endpoint is there.',
    ],
    ['without a code', {}, inGeneral],
    ['with status 404', { status: 404 }, 'Check tokenUrl: no token endpoint is there.'],
    ['with status 410', { status: 410 }, 'Check tokenUrl: no token endpoint is there.'],
    [
      'with status 404, where the issuer is configured',
      { status: 404, config: { issuer: 'https://id.example.com', clientId: 'desk', clientSecret: 's' } },
      'Check issuer: no token endpoint is there.',
    ],
    [
      'with status 405',
      { status: 405 },
      'Check tokenUrl and dialect.method: the server does not take this method there.',
    ],
    [
      'that is a page',
      { status: 404, text: '<html>' },
      'Check tokenUrl: an HTML page is there, not a token endpoint.',
    ],
  ])('%s', (_, refusal, expected) => {
    expect(adviceAfter(refusal)).toBe(expected);
  });
});

describe('the advice after refused credentials', () => {
  const secretSentBy = (method: string, other: string): string =>
    `Check clientId and clientSecret: the secret may be wrong or expired. They were sent by ${method}: if the provider expects ${other}, set clientAuthentication.`;
  const byKey =
    'Check clientId, privateKey and its kid against the client’s registration for private_key_jwt, assertion.audience, and the clock';
  const account =
    'Check clientId, grant and privateKey with its kid against the service account’s registration';
  const byCertificate =
    'Check clientId and certificate against the client’s registration: the certificate may be replaced or expired.';

  it.each<[string, Refusal, string]>([
    ['names the method of a secret', {}, secretSentBy('client_secret_basic', 'client_secret_post')],
    [
      'names the other method of a secret',
      { config: { ...SECRET, clientAuthentication: 'client_secret_post' } },
      secretSentBy('client_secret_post', 'client_secret_basic'),
    ],
    [
      'says that the secret has a blank',
      { presented: ['fine', 'secret\n'] },
      `${secretSentBy('client_secret_basic', 'client_secret_post')} clientSecret begins or ends with a blank.`,
    ],
    [
      'says that both have a blank',
      { config: { ...SECRET, clientId: ' desk' }, presented: [' secret'] },
      `${secretSentBy('client_secret_basic', 'client_secret_post')} clientId begins or ends with a blank. clientSecret begins or ends with a blank.`,
    ],
    [
      'says nothing of a secret without blanks',
      { presented: ['se cret'] },
      secretSentBy('client_secret_basic', 'client_secret_post'),
    ],
    ['of a key', { config: KEY }, `${byKey}.`],
    [
      'of a key, beside a clock that is behind',
      { config: KEY, date: 'Tue, 01 Jan 2030 00:01:01 GMT' },
      `${byKey}, which is 61 seconds behind the server’s.`,
    ],
    [
      'of a key, beside a clock that is ahead',
      { config: KEY, date: 'Mon, 31 Dec 2029 23:58:00 GMT' },
      `${byKey}, which is 120 seconds ahead of the server’s.`,
    ],
    [
      'of a key, beside a clock that is right',
      { config: KEY, date: 'Tue, 01 Jan 2030 00:01:00 GMT' },
      `${byKey}.`,
    ],
    [
      'of an assertion by a secret',
      { config: { ...SECRET, clientAuthentication: 'client_secret_jwt' } },
      'Check clientId, clientSecret against the client’s registration for client_secret_jwt, assertion.audience, and the clock.',
    ],
    [
      'of a certificate',
      { config: { tokenUrl: TOKEN_URL, clientId: 'desk', clientAuthentication: 'tls_client_auth' } },
      byCertificate,
    ],
    [
      'of a self-signed certificate',
      {
        config: {
          tokenUrl: TOKEN_URL,
          clientId: 'desk',
          clientAuthentication: 'self_signed_tls_client_auth',
        },
      },
      byCertificate,
    ],
    [
      'of a function',
      { config: { tokenUrl: TOKEN_URL, clientId: 'desk', clientAuthentication: () => undefined } },
      'Check the clientAuthentication function: its credentials may be wrong or expired.',
    ],
    [
      'of a service account',
      { config: { ...KEY, grant: { type: 'jwt_bearer' } } },
      `${account}, and the clock.`,
    ],
    [
      'by a page',
      { config: KEY, text: '<html>' },
      `Check tokenUrl: an HTML page answered. If it is right: ${byKey}.`,
    ],
  ])('%s', (_, refusal, expected) => {
    expect(adviceAfter({ status: 401, ...refusal })).toBe(expected);
  });
});

describe('the advice where no response came', () => {
  it.each([
    ['EPROTO', 'no TLS'],
    ['ECONNRESET', 'Check tokenUrl, the proxy and the network.'],
    ['XEPROTO', 'Check tokenUrl, the proxy and the network.'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'NODE_EXTRA_CA_CERTS'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'check certificate'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'check certificate'],
    ['CERT_HAS_EXPIRED', 'has expired'],
    ['CERT_NOT_YET_VALID', 'the clock of this machine'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'another host'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'no TLS'],
    ['ECONNREFUSED', 'Check tokenUrl, the proxy'],
  ])('for %s says what to look at', (code, says) => {
    expect(adviceOnNoResponse({ code }, 'tokenUrl')).toContain(says);
  });

  it('names the issuer where that is what was asked', () => {
    const codes = ['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ENOTFOUND'];
    for (const code of codes) expect(adviceOnNoResponse({ code }, 'issuer')).toContain('issuer');
  });
});

describe('a problem with TLS', () => {
  it.each([
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true, true],
    ['CERT_HAS_EXPIRED', true, true],
    ['ERR_TLS_CERT_ALTNAME_INVALID', true, true],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', true, true],
    ['ERR_SSL_WRONG_VERSION_NUMBER', true, true],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', true, false],
    ['ECONNRESET', false, false],
    ['NO_ERR_SSL_', false, false],
    [undefined, false, false],
    [7, false, false],
  ])('is known by its code: %s', (code, withoutCertificate, withCertificate) => {
    expect(isTlsProblem({ code }, false)).toBe(withoutCertificate);
    expect(isTlsProblem({ code }, true)).toBe(withCertificate);
  });
});

describe('the host in a message', () => {
  it.each([
    ['https://id.example.com/token?key=k', 'id.example.com:443'],
    ['http://id.example.com', 'id.example.com:80'],
    ['https://id.example.com:8443', 'id.example.com:8443'],
    ['http://me:mine@[::1]:3128', '[::1]:3128'],
    ['nowhere', 'an address that is no URL'],
  ])('of %s is %s', (address, host) => {
    expect(hostOf(address)).toBe(host);
  });
});
