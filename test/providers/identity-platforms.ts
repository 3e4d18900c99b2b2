import {
  auth0,
  cognito,
  entraId,
  googleServiceAccount,
  keycloak,
  okta,
  pingIdentity,
} from 'nestjs-client-credentials/providers';
import { PEM } from './keys.js';
import {
  ASSERTION,
  BASIC,
  BEARER,
  CREDENTIALS,
  ID,
  JWT_GRANT,
  POST,
  type ProviderCase,
} from './provider-case.js';

/** A self-signed certificate, for its thumbprint alone. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBcjCCARegAwIBAgIUUsfvWgUPNh5sZXzjT+cs1eskTBwwCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDYXBwMB4XDTI2MTEyNzAzNDU1OVoXDTM2MTEyNDAzNDU1OVow
DjEMMAoGA1UEAwwDYXBwMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExUU6gh3U
XvU+4Fxw8EEQiHYqtW66RbDWY63jY1EVz5A6d2isrDEPMw6oIl71xGQQtnPTtWZt
8OFNVYMvqpUmjqNTMFEwHQYDVR0OBBYEFIlHXJY7tk/TEd0rLAIPIbv/+KAsMB8G
A1UdIwQYMBaAFIlHXJY7tk/TEd0rLAIPIbv/+KAsMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDSQAwRgIhANITlnnlAYO8RPO/X+aIvEYO+b+GZWFdOdhoPUar
/IxOAiEAnBlJ1DTGrmUKwU9mPl1poQmzcSgzmnNXpHoW5+m20zM=
-----END CERTIFICATE-----`;
const THUMBPRINT = 'kDjVPskwBzftUFP93_-82SnCQ7irzjkMZNzczS5iHgg';

const PLAIN = { access_token: 'the-token', token_type: 'Bearer', expires_in: 3600 };
const TENANT = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490';
const ENTRA = `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`;
const GRAPH = 'https://graph.microsoft.com/.default';
const GRAPH_API = { api: { baseURL: 'https://graph.microsoft.com/v1.0' } };
const GRAPH_CALL = { path: '/users', url: 'https://graph.microsoft.com/v1.0/users', headers: BEARER };
const ENTRA_ANSWER = { ...PLAIN, expires_in: 3599, ext_expires_in: 3599 };
const ACCOUNT = {
  type: 'service_account',
  project_id: 'acme',
  private_key_id: 'key-1',
  private_key: PEM,
  client_email: 'robot@acme.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
};
const DRIVE = 'https://www.googleapis.com/auth/drive.readonly';

function entraError(
  code: number,
  error: string,
  words: string,
): { status: number; body: object; oauthError: string } {
  const description = `AADSTS${code}: ${words} Trace ID: 255d1aef Correlation ID: fb3d2015 Timestamp: 2026-11-27 02:02:12Z`;
  return {
    status: error === 'invalid_client' ? 401 : 400,
    oauthError: error,
    body: { error, error_description: description, error_codes: [code] },
  };
}

export const IDENTITY_PLATFORMS: readonly ProviderCase[] = [
  {
    title: 'entraId with a secret',
    config: () => entraId({ tenant: TENANT, ...CREDENTIALS, scope: GRAPH, ...GRAPH_API }),
    request: {
      url: ENTRA,
      body: `grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&${POST}`,
    },
    answer: ENTRA_ANSWER,
    lifetimeSeconds: 3599,
    call: GRAPH_CALL,
    error: {
      ...entraError(7000215, 'invalid_client', 'Invalid client secret provided.'),
      message: /AADSTS7000215.*Check clientId and clientSecret/,
    },
  },
  {
    title: 'entraId with a certificate',
    config: () =>
      entraId({
        tenant: TENANT,
        clientId: ID,
        privateKey: { key: PEM },
        signingCertificate: CERTIFICATE,
        scope: GRAPH,
        ...GRAPH_API,
      }),
    request: {
      url: ENTRA,
      body: `grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&client_id=an-id&${ASSERTION}`,
      assertion: {
        header: { alg: 'PS256', typ: 'JWT', 'x5t#S256': THUMBPRINT },
        claims: { iss: ID, sub: ID, aud: ENTRA },
        lifetimeSeconds: 60,
      },
    },
    answer: ENTRA_ANSWER,
    lifetimeSeconds: 3599,
    call: GRAPH_CALL,
    error: {
      ...entraError(
        700027,
        'invalid_client',
        'The certificate with identifier used to sign the client assertion is not registered on application.',
      ),
      message: /AADSTS700027.*privateKey and its kid/,
    },
  },
  {
    title: 'entraId in China with a federated credential',
    config: () =>
      entraId({
        tenant: 'acme.example',
        cloud: 'china',
        clientId: ID,
        clientAssertion: () => 'eyJh.eyJz.c2ln',
        scope: 'https://microsoftgraph.chinacloudapi.cn/.default',
        api: { baseURL: 'https://microsoftgraph.chinacloudapi.cn/v1.0' },
      }),
    request: {
      url: 'https://login.partner.microsoftonline.cn/acme.example/oauth2/v2.0/token',
      body: `grant_type=client_credentials&scope=https%3A%2F%2Fmicrosoftgraph.chinacloudapi.cn%2F.default&client_id=an-id&${ASSERTION.replace('{jwt}', 'eyJh.eyJz.c2ln')}`,
    },
    answer: ENTRA_ANSWER,
    lifetimeSeconds: 3599,
    call: {
      path: '/users',
      url: 'https://microsoftgraph.chinacloudapi.cn/v1.0/users',
      headers: BEARER,
    },
    error: {
      ...entraError(
        70011,
        'invalid_scope',
        "The provided value for the input parameter 'scope' isn't valid.",
      ),
      message: /AADSTS70011.*Check scope/,
    },
  },
  {
    title: 'auth0 with a secret',
    config: () =>
      auth0({
        domain: 'acme.eu.auth0.com',
        audience: 'https://api.acme.example',
        ...CREDENTIALS,
        api: { baseURL: 'https://api.acme.example' },
      }),
    request: {
      url: 'https://acme.eu.auth0.com/oauth/token',
      body: `grant_type=client_credentials&audience=https%3A%2F%2Fapi.acme.example&${POST}`,
    },
    answer: { ...PLAIN, expires_in: 86_400, scope: 'read:orders' },
    lifetimeSeconds: 86_400,
    call: { path: '/orders', url: 'https://api.acme.example/orders', headers: BEARER },
    error: {
      status: 403,
      body: { error: 'access_denied', error_description: 'Service not found: https://api.acme.example' },
      oauthError: 'access_denied',
      message: /Service not found.*audience/,
    },
  },
  {
    title: 'auth0 with a key',
    config: () =>
      auth0({
        domain: 'https://login.acme.example/',
        audience: 'https://api.acme.example/',
        clientId: ID,
        privateKey: { key: PEM, kid: 'key-1' },
        api: { baseURL: 'https://api.acme.example' },
      }),
    request: {
      url: 'https://login.acme.example/oauth/token',
      body: `grant_type=client_credentials&audience=https%3A%2F%2Fapi.acme.example%2F&client_id=an-id&${ASSERTION}`,
      assertion: {
        header: { alg: 'RS256', kid: 'key-1' },
        claims: { iss: ID, sub: ID, aud: 'https://login.acme.example/' },
        lifetimeSeconds: 60,
      },
    },
    answer: { ...PLAIN, expires_in: 86_400 },
    lifetimeSeconds: 86_400,
    call: { path: '/orders', url: 'https://api.acme.example/orders', headers: BEARER },
    error: {
      status: 401,
      body: { error: 'access_denied', error_description: 'Unauthorized' },
      oauthError: 'access_denied',
      message: /Unauthorized.*privateKey/,
    },
  },
  {
    title: 'okta for its own APIs, with a key',
    config: () =>
      okta({
        domain: 'acme.okta.com',
        clientId: ID,
        privateKey: { key: PEM, kid: 'key-1' },
        scope: ['okta.users.read', 'okta.groups.read'],
      }),
    request: {
      url: 'https://acme.okta.com/oauth2/v1/token',
      body: `grant_type=client_credentials&scope=okta.users.read+okta.groups.read&client_id=an-id&${ASSERTION}`,
      assertion: {
        header: { alg: 'RS256', kid: 'key-1' },
        claims: { iss: ID, sub: ID, aud: 'https://acme.okta.com/oauth2/v1/token' },
        lifetimeSeconds: 60,
      },
    },
    answer: { ...PLAIN, scope: 'okta.users.read okta.groups.read' },
    lifetimeSeconds: 3600,
    call: { path: '/api/v1/users', url: 'https://acme.okta.com/api/v1/users', headers: BEARER },
    error: {
      status: 400,
      body: { error: 'invalid_scope', error_description: 'Custom scopes are not allowed for this request.' },
      oauthError: 'invalid_scope',
      message: /Custom scopes are not allowed.*Check scope/,
    },
  },
  {
    title: 'okta with a custom server, with a secret',
    config: () =>
      okta({
        domain: 'acme.okta.com',
        authorizationServer: 'default',
        ...CREDENTIALS,
        scope: 'orders',
        api: { baseURL: 'https://api.acme.example' },
      }),
    request: {
      url: 'https://acme.okta.com/oauth2/default/v1/token',
      headers: BASIC,
      body: 'grant_type=client_credentials&scope=orders',
    },
    answer: { ...PLAIN, scope: 'orders' },
    lifetimeSeconds: 3600,
    call: { path: '/orders', url: 'https://api.acme.example/orders', headers: BEARER },
    error: {
      status: 401,
      body: {
        errorCode: 'invalid_client',
        errorSummary: 'Invalid value for ‘client_id’ parameter.',
        errorId: 'oae',
      },
      oauthError: 'invalid_client',
      message: /Invalid value for ‘client_id’ parameter/,
    },
  },
  {
    title: 'keycloak with a secret',
    config: () =>
      keycloak({
        baseUrl: 'https://id.acme.example/',
        realm: 'Acme Staff',
        ...CREDENTIALS,
        api: { baseURL: 'https://api.acme.example' },
      }),
    request: {
      url: 'https://id.acme.example/realms/Acme%20Staff/protocol/openid-connect/token',
      headers: BASIC,
      body: 'grant_type=client_credentials',
    },
    answer: {
      ...PLAIN,
      expires_in: 300,
      refresh_expires_in: 0,
      'not-before-policy': 0,
      scope: 'email profile',
    },
    lifetimeSeconds: 300,
    call: { path: '/orders', url: 'https://api.acme.example/orders', headers: BEARER },
    error: {
      status: 401,
      body: {
        error: 'unauthorized_client',
        error_description: 'Invalid client or Invalid client credentials',
      },
      oauthError: 'unauthorized_client',
      message: /Invalid client or Invalid client credentials.*Check clientId and clientSecret/,
    },
  },
  {
    title: 'keycloak under a path with a key',
    config: () =>
      keycloak({
        baseUrl: 'https://id.acme.example/auth',
        realm: 'acme',
        clientId: ID,
        privateKey: { key: PEM },
        api: { baseURL: 'https://api.acme.example' },
      }),
    request: {
      url: 'https://id.acme.example/auth/realms/acme/protocol/openid-connect/token',
      body: `grant_type=client_credentials&client_id=an-id&${ASSERTION}`,
      assertion: {
        header: { alg: 'RS256' },
        claims: { iss: ID, sub: ID, aud: 'https://id.acme.example/auth/realms/acme' },
        lifetimeSeconds: 60,
      },
    },
    answer: { ...PLAIN, expires_in: 300 },
    lifetimeSeconds: 300,
    call: { path: '/orders', url: 'https://api.acme.example/orders', headers: BEARER },
    error: {
      status: 400,
      body: {
        error: 'unauthorized_client',
        error_description: 'Client not enabled to retrieve service account',
      },
      oauthError: 'unauthorized_client',
      message: /Client not enabled to retrieve service account.*grant/,
    },
  },
  {
    title: 'cognito by prefix and region',
    config: () =>
      cognito({
        prefix: 'acme',
        region: 'eu-central-1',
        ...CREDENTIALS,
        scope: 'orders/read',
        api: { baseURL: 'https://api.acme.example' },
      }),
    request: {
      url: 'https://acme.auth.eu-central-1.amazoncognito.com/oauth2/token',
      headers: BASIC,
      body: 'grant_type=client_credentials&scope=orders%2Fread',
    },
    answer: PLAIN,
    lifetimeSeconds: 3600,
    call: { path: '/orders', url: 'https://api.acme.example/orders', headers: BEARER },
    error: {
      status: 400,
      body: { error: 'invalid_client' },
      oauthError: 'invalid_client',
      message: /Check clientId and clientSecret/,
    },
  },
  {
    title: 'cognito by its own domain',
    config: () =>
      cognito({ domain: 'auth.acme.example', ...CREDENTIALS, api: { baseURL: 'https://api.acme.example' } }),
    request: {
      url: 'https://auth.acme.example/oauth2/token',
      headers: BASIC,
      body: 'grant_type=client_credentials',
    },
    answer: PLAIN,
    lifetimeSeconds: 3600,
    call: { path: '/orders', url: 'https://api.acme.example/orders', headers: BEARER },
    error: {
      status: 400,
      body: { error: 'unauthorized_client' },
      oauthError: 'unauthorized_client',
      message: /may not use the grant/,
    },
  },
  {
    title: 'pingIdentity',
    config: () => pingIdentity({ region: 'au', environmentId: 'env-1', ...CREDENTIALS }),
    request: {
      url: 'https://auth.pingone.com.au/env-1/as/token',
      headers: BASIC,
      body: 'grant_type=client_credentials',
    },
    answer: PLAIN,
    lifetimeSeconds: 3600,
    call: { path: '/environments', url: 'https://api.pingone.com.au/v1/environments', headers: BEARER },
    error: {
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: 'Request denied: Invalid client credentials (Correlation ID: 1)',
      },
      oauthError: 'invalid_client',
      message: /Request denied/,
    },
  },
  {
    title: 'googleServiceAccount on behalf of a user',
    config: () =>
      googleServiceAccount({
        credentials: ACCOUNT,
        scope: [DRIVE, 'openid'],
        subject: 'someone@acme.example',
        api: { baseURL: 'https://www.googleapis.com' },
      }),
    request: {
      url: 'https://oauth2.googleapis.com/token',
      body: `${JWT_GRANT}&assertion={jwt}`,
      assertion: {
        header: { alg: 'RS256', kid: 'key-1' },
        claims: {
          iss: 'robot@acme.iam.gserviceaccount.com',
          sub: 'someone@acme.example',
          aud: 'https://oauth2.googleapis.com/token',
          scope: `${DRIVE} openid`,
        },
        lifetimeSeconds: 60,
      },
    },
    answer: { ...PLAIN, expires_in: 3599 },
    lifetimeSeconds: 3599,
    call: { path: '/drive/v3/files', url: 'https://www.googleapis.com/drive/v3/files', headers: BEARER },
    error: {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' },
      oauthError: 'invalid_grant',
      message: /Invalid JWT Signature.*grant\.subject/,
    },
  },
];
