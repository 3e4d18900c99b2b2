import {
  adobe,
  amazonSellingPartner,
  docusign,
  dynatrace,
  ebay,
  fedex,
  genesysCloud,
  netsuite,
  paypal,
  salesforce,
  sapXsuaa,
  serviceNow,
  spotify,
  twitch,
  ups,
  zoom,
} from 'nestjs-client-credentials/providers';
import { CLIENT, PEM } from './keys.js';
import {
  ASSERTION,
  BASIC,
  BEARER,
  CREDENTIALS,
  ID,
  INVALID_CLIENT,
  JWT_GRANT,
  POST,
  SECRET,
  type ProviderCase,
} from './provider-case.js';

const PLAIN = { access_token: 'the-token', token_type: 'Bearer', expires_in: 3600 };
const SALESFORCE = 'https://acme.my.salesforce.com/services/oauth2/token';
const SALESFORCE_ANSWER = {
  access_token: 'the-token',
  instance_url: 'https://acme.my.salesforce.com',
  id: 'https://login.salesforce.com/id/00D/005',
  token_type: 'Bearer',
  issued_at: '1764214560000',
  signature: 'abc',
};
const SALESFORCE_CALL = {
  path: '/services/data/v62.0',
  url: 'https://acme.my.salesforce.com/services/data/v62.0',
  headers: BEARER,
};
const NETSUITE = 'https://123456-sb1.suitetalk.api.netsuite.com/services/rest';

export const APIS: readonly ProviderCase[] = [
  {
    title: 'salesforce by client credentials',
    config: () => salesforce({ domain: 'acme.my.salesforce.com', ...CREDENTIALS }),
    request: { url: SALESFORCE, body: `grant_type=client_credentials&${POST}` },
    answer: { ...SALESFORCE_ANSWER, scope: 'api' },
    lifetimeSeconds: 3600,
    call: SALESFORCE_CALL,
    error: {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'no client credentials user enabled' },
      oauthError: 'invalid_grant',
      message: /no client credentials user enabled/,
    },
  },
  {
    title: 'salesforce by JWT, in a sandbox',
    config: () =>
      salesforce({
        domain: 'acme.my.salesforce.com',
        environment: 'sandbox',
        clientId: ID,
        privateKey: { key: PEM },
        subject: 'robot@acme.example',
      }),
    request: {
      url: SALESFORCE,
      body: `${JWT_GRANT}&assertion={jwt}`,
      assertion: {
        header: { alg: 'RS256' },
        claims: { iss: ID, sub: 'robot@acme.example', aud: 'https://test.salesforce.com' },
        lifetimeSeconds: 60,
      },
    },
    answer: SALESFORCE_ANSWER,
    lifetimeSeconds: 3600,
    call: SALESFORCE_CALL,
    error: {
      status: 400,
      body: { error: 'invalid_grant', error_description: "user hasn't approved this consumer" },
      oauthError: 'invalid_grant',
      message: /user hasn't approved this consumer.*grant\.subject/,
    },
  },
  {
    title: 'zoom',
    config: () => zoom({ accountId: 'an-account', ...CREDENTIALS }),
    request: {
      url: 'https://zoom.us/oauth/token',
      headers: BASIC,
      body: 'grant_type=account_credentials&account_id=an-account',
    },
    answer: { ...PLAIN, token_type: 'bearer', scope: 'user:read:admin', api_url: 'https://api.zoom.us' },
    lifetimeSeconds: 3600,
    call: { path: '/users/me', url: 'https://api.zoom.us/v2/users/me', headers: BEARER },
    error: {
      status: 400,
      body: { reason: 'Bad Request', error: 'invalid_request' },
      oauthError: 'invalid_request',
      message: /invalid_request/,
    },
  },
  {
    title: 'paypal',
    config: () => paypal({ environment: 'sandbox', ...CREDENTIALS }),
    request: {
      url: 'https://api-m.sandbox.paypal.com/v1/oauth2/token',
      headers: BASIC,
      body: 'grant_type=client_credentials',
    },
    answer: {
      ...PLAIN,
      scope: 'openid',
      app_id: 'APP-80W284485P519543T',
      expires_in: 31_349,
      nonce: 'nonce',
    },
    lifetimeSeconds: 31_349,
    call: {
      path: '/v2/invoicing/invoices',
      url: 'https://api-m.sandbox.paypal.com/v2/invoicing/invoices',
      headers: BEARER,
    },
    error: {
      status: 401,
      body: { error: 'invalid_client', error_description: 'Client Authentication failed' },
      oauthError: 'invalid_client',
      message: /Client Authentication failed/,
    },
  },
  {
    title: 'twitch',
    config: () => twitch(CREDENTIALS),
    request: { url: 'https://id.twitch.tv/oauth2/token', body: `grant_type=client_credentials&${POST}` },
    answer: { access_token: 'the-token', expires_in: 5_011_271, token_type: 'bearer' },
    lifetimeSeconds: 2_678_400,
    call: {
      path: '/users',
      url: 'https://api.twitch.tv/helix/users',
      headers: { ...BEARER, 'client-id': ID },
    },
    error: {
      status: 403,
      body: { status: 403, message: 'invalid client secret' },
      oauthError: undefined,
      message: /invalid client secret.*Check clientId and clientSecret/,
    },
  },
  {
    title: 'spotify',
    config: () => spotify(CREDENTIALS),
    request: {
      url: 'https://accounts.spotify.com/api/token',
      headers: BASIC,
      body: 'grant_type=client_credentials',
    },
    answer: { ...PLAIN, token_type: 'bearer' },
    lifetimeSeconds: 3600,
    call: { path: '/search', url: 'https://api.spotify.com/v1/search', headers: BEARER },
    error: {
      status: 400,
      body: { error: 'invalid_client', error_description: 'Invalid client secret' },
      oauthError: 'invalid_client',
      message: /Invalid client secret/,
    },
  },
  {
    title: 'serviceNow',
    config: () => serviceNow({ instance: 'acme', ...CREDENTIALS }),
    request: {
      url: 'https://acme.service-now.com/oauth_token.do',
      body: `grant_type=client_credentials&${POST}`,
    },
    answer: { ...PLAIN, expires_in: 1799, scope: 'useraccount' },
    lifetimeSeconds: 1799,
    call: {
      path: '/api/now/table/incident',
      url: 'https://acme.service-now.com/api/now/table/incident',
      headers: BEARER,
    },
    error: {
      status: 401,
      body: { error: 'server_error', error_description: 'access_denied' },
      oauthError: 'server_error',
      message: /access_denied.*Check clientId and clientSecret/,
    },
  },
  {
    title: 'sapXsuaa with a secret',
    config: () =>
      sapXsuaa({
        credentials: {
          clientid: ID,
          clientsecret: SECRET,
          url: 'https://acme.authentication.eu10.hana.ondemand.com',
        },
        api: { baseURL: 'https://api.acme.example' },
      }),
    request: {
      url: 'https://acme.authentication.eu10.hana.ondemand.com/oauth/token',
      body: `grant_type=client_credentials&${POST}`,
    },
    answer: { ...PLAIN, token_type: 'bearer', expires_in: 43_199, scope: 'uaa.resource', jti: 'a1' },
    lifetimeSeconds: 43_199,
    call: { path: '/orders', url: 'https://api.acme.example/orders', headers: BEARER },
    error: {
      status: 401,
      body: { error: 'unauthorized', error_description: 'Bad credentials' },
      oauthError: 'unauthorized',
      message: /Bad credentials/,
    },
  },
  {
    title: 'sapXsuaa with a certificate',
    config: () =>
      sapXsuaa({
        credentials: {
          clientid: 'sb-an-id!t1',
          url: 'https://acme.authentication.eu10.hana.ondemand.com',
          certurl: 'https://acme.authentication.cert.eu10.hana.ondemand.com',
          certificate: CLIENT.cert,
          key: CLIENT.key,
        },
        api: { baseURL: 'https://api.acme.example' },
      }),
    request: {
      url: 'https://acme.authentication.cert.eu10.hana.ondemand.com/oauth/token',
      body: 'grant_type=client_credentials&client_id=sb-an-id%21t1',
    },
    answer: { ...PLAIN, token_type: 'bearer', expires_in: 43_199 },
    lifetimeSeconds: 43_199,
    call: { path: '/orders', url: 'https://api.acme.example/orders', headers: BEARER },
    error: {
      status: 401,
      body: { error: 'unauthorized', error_description: 'Bad credentials' },
      oauthError: 'unauthorized',
      message: /Bad credentials.*certificate/,
    },
  },
  {
    title: 'adobe',
    config: () =>
      adobe({
        ...CREDENTIALS,
        organizationId: '123@AdobeOrg',
        scope: ['openid', 'AdobeID', 'firefly_api'],
        api: { baseURL: 'https://firefly-api.adobe.io' },
      }),
    request: {
      url: 'https://ims-na1.adobelogin.com/ims/token/v3',
      body: `grant_type=client_credentials&scope=openid%2CAdobeID%2Cfirefly_api&${POST}`,
    },
    answer: { ...PLAIN, token_type: 'bearer', expires_in: 86_399 },
    lifetimeSeconds: 86_399,
    call: {
      path: '/v3/images',
      url: 'https://firefly-api.adobe.io/v3/images',
      headers: { ...BEARER, 'x-api-key': ID, 'x-gw-ims-org-id': '123@AdobeOrg' },
    },
    error: { ...INVALID_CLIENT, message: /Check clientId and clientSecret/ },
  },
  {
    title: 'docusign',
    config: () =>
      docusign({
        environment: 'demo',
        clientId: ID,
        privateKey: { key: PEM },
        subject: 'a-user',
        api: { baseURL: 'https://demo.docusign.net/restapi' },
      }),
    request: {
      url: 'https://account-d.docusign.com/oauth/token',
      body: `${JWT_GRANT}&assertion={jwt}`,
      assertion: {
        header: { alg: 'RS256' },
        claims: { iss: ID, sub: 'a-user', aud: 'account-d.docusign.com', scope: 'signature impersonation' },
        lifetimeSeconds: 60,
      },
    },
    answer: PLAIN,
    lifetimeSeconds: 3600,
    call: { path: '/v2.1/accounts', url: 'https://demo.docusign.net/restapi/v2.1/accounts', headers: BEARER },
    error: {
      status: 400,
      body: { error: 'consent_required' },
      oauthError: 'consent_required',
      message: /consent_required/,
    },
  },
  {
    title: 'ebay',
    config: () => ebay({ environment: 'sandbox', ...CREDENTIALS }),
    request: {
      url: 'https://api.sandbox.ebay.com/identity/v1/oauth2/token',
      headers: BASIC,
      body: 'grant_type=client_credentials&scope=https%3A%2F%2Fapi.ebay.com%2Foauth%2Fapi_scope',
    },
    answer: { access_token: 'the-token', expires_in: 7200, token_type: 'Application Access Token' },
    lifetimeSeconds: 7200,
    call: {
      path: '/buy/browse/v1/item_summary/search',
      url: 'https://api.sandbox.ebay.com/buy/browse/v1/item_summary/search',
      headers: BEARER,
    },
    error: {
      status: 401,
      body: { error: 'invalid_client', error_description: 'client authentication failed' },
      oauthError: 'invalid_client',
      message: /client authentication failed/,
    },
  },
  {
    title: 'amazonSellingPartner',
    config: () =>
      amazonSellingPartner({ region: 'eu', ...CREDENTIALS, scope: 'sellingpartnerapi::notifications' }),
    request: {
      url: 'https://api.amazon.com/auth/o2/token',
      body: `grant_type=client_credentials&scope=sellingpartnerapi%3A%3Anotifications&${POST}`,
    },
    answer: { ...PLAIN, token_type: 'bearer' },
    lifetimeSeconds: 3600,
    call: {
      path: '/notifications/v1/destinations',
      url: 'https://sellingpartnerapi-eu.amazon.com/notifications/v1/destinations',
      headers: { 'x-amz-access-token': 'the-token' },
    },
    error: {
      status: 401,
      body: { error: 'invalid_client', error_description: 'Client authentication failed' },
      oauthError: 'invalid_client',
      message: /Client authentication failed/,
    },
  },
  {
    title: 'ups',
    config: () => ups({ environment: 'testing', accountNumber: '1A2B3C', ...CREDENTIALS }),
    request: {
      url: 'https://wwwcie.ups.com/security/v1/oauth/token',
      headers: { ...BASIC, 'x-merchant-id': '1A2B3C' },
      body: 'grant_type=client_credentials',
    },
    answer: {
      token_type: 'Bearer',
      issued_at: '1706710921672',
      client_id: ID,
      access_token: 'the-token',
      expires_in: '14399',
      status: 'approved',
    },
    lifetimeSeconds: 14_399,
    call: {
      path: '/track/v1/details/1Z',
      url: 'https://wwwcie.ups.com/api/track/v1/details/1Z',
      headers: BEARER,
    },
    error: {
      status: 401,
      body: { response: { errors: [{ code: '10401', message: 'ClientId is Invalid' }] } },
      oauthError: '10401',
      message: /10401.*ClientId is Invalid/,
    },
  },
  {
    title: 'fedex',
    config: () => fedex({ environment: 'sandbox', ...CREDENTIALS }),
    request: {
      url: 'https://apis-sandbox.fedex.com/oauth/token',
      body: `grant_type=client_credentials&${POST}`,
    },
    answer: { ...PLAIN, token_type: 'bearer', expires_in: 3599, scope: 'CXS' },
    lifetimeSeconds: 3599,
    call: {
      path: '/track/v1/trackingnumbers',
      url: 'https://apis-sandbox.fedex.com/track/v1/trackingnumbers',
      headers: BEARER,
    },
    error: {
      status: 401,
      body: {
        transactionId: '624deea6',
        errors: [{ code: 'NOT.AUTHORIZED.ERROR', message: 'The given client credentials were not valid.' }],
      },
      oauthError: 'NOT.AUTHORIZED.ERROR',
      message: /The given client credentials were not valid/,
    },
  },
  {
    title: 'dynatrace',
    config: () =>
      dynatrace({ account: 'a-uuid', ...CREDENTIALS, scope: ['account-uac-read', 'account-uac-write'] }),
    request: {
      url: 'https://sso.dynatrace.com/sso/oauth2/token',
      body: `grant_type=client_credentials&scope=account-uac-read+account-uac-write&resource=urn%3Adtaccount%3Aa-uuid&${POST}`,
    },
    answer: {
      ...PLAIN,
      resource: 'urn:dtaccount:a-uuid',
      expires_in: 300,
      scope: 'account-uac-read account-uac-write',
    },
    lifetimeSeconds: 300,
    call: {
      path: '/iam/v1/accounts/a-uuid/users',
      url: 'https://api.dynatrace.com/iam/v1/accounts/a-uuid/users',
      headers: BEARER,
    },
    error: { ...INVALID_CLIENT, message: /Check clientId and clientSecret/ },
  },
  {
    title: 'genesysCloud',
    config: () => genesysCloud({ region: 'eu-central-1', ...CREDENTIALS }),
    request: {
      url: 'https://login.mypurecloud.de/oauth/token',
      headers: BASIC,
      body: 'grant_type=client_credentials',
    },
    answer: { ...PLAIN, token_type: 'bearer', expires_in: 86_399 },
    lifetimeSeconds: 86_399,
    call: { path: '/api/v2/users', url: 'https://api.mypurecloud.de/api/v2/users', headers: BEARER },
    error: {
      status: 401,
      body: {
        error: 'invalid_client',
        description: 'authentication failed',
        error_description: 'authentication failed',
      },
      oauthError: 'invalid_client',
      message: /authentication failed/,
    },
  },
  {
    title: 'netsuite',
    config: () =>
      netsuite({
        account: '123456_SB1',
        clientId: ID,
        certificateId: 'cert-1',
        privateKey: { key: PEM },
        scope: ['restlets', 'rest_webservices'],
      }),
    request: {
      url: `${NETSUITE}/auth/oauth2/v1/token`,
      body: `grant_type=client_credentials&${ASSERTION}`,
      assertion: {
        header: { alg: 'PS256', typ: 'JWT', kid: 'cert-1' },
        claims: {
          iss: ID,
          sub: ID,
          aud: `${NETSUITE}/auth/oauth2/v1/token`,
          scope: ['restlets', 'rest_webservices'],
        },
        lifetimeSeconds: 60,
      },
    },
    answer: { access_token: 'the-token', expires_in: '3600', token_type: 'bearer' },
    lifetimeSeconds: 3600,
    call: { path: '/record/v1/customer', url: `${NETSUITE}/record/v1/customer`, headers: BEARER },
    error: {
      status: 400,
      body: { error: 'invalid_request' },
      oauthError: 'invalid_request',
      message: /invalid_request/,
    },
  },
];
