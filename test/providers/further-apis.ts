import {
  fuuffy,
  fyma,
  resistantDocuments,
  signeasy,
  smartDocumentor,
} from 'nestjs-client-credentials/providers';
import { BEARER, CREDENTIALS, ID, INVALID_CLIENT, POST, SECRET, type ProviderCase } from './provider-case.js';

const PLAIN = { access_token: 'the-token', token_type: 'Bearer' };
const JSON_HEADERS = { 'content-type': 'application/json' };
/** `an-id:s3cr+t/&`, joined as they are. */
const RAW_BASIC = { authorization: `Basic ${Buffer.from(`${ID}:${SECRET}`).toString('base64')}` };

function jsonFor(audience: string): string {
  return JSON.stringify({
    grant_type: 'client_credentials',
    audience,
    client_id: ID,
    client_secret: SECRET,
  });
}

export const FURTHER_APIS: readonly ProviderCase[] = [
  {
    title: 'resistantDocuments',
    config: () => resistantDocuments({ stage: 'prod', cell: 'us-1', ...CREDENTIALS }),
    request: {
      url: 'https://eu.id.resistant.ai/oauth2/aus3tzuy12e5blAJi417/v1/token',
      headers: RAW_BASIC,
      body: 'grant_type=client_credentials&scope=submissions.read+submissions.write',
    },
    answer: { ...PLAIN, expires_in: 900, scope: 'submissions.read submissions.write' },
    lifetimeSeconds: 900,
    call: {
      path: '/v2/submission/7/fraud',
      url: 'https://api.us-1.documents.resistant.ai/v2/submission/7/fraud',
      headers: BEARER,
    },
    error: { ...INVALID_CLIENT, message: /Check clientId and clientSecret/ },
  },
  {
    title: 'smartDocumentor',
    config: () => smartDocumentor(CREDENTIALS),
    request: {
      url: 'https://cloud.smartdocumentor.net/connect/token',
      body: `grant_type=client_credentials&scope=WebAPI&${POST}`,
    },
    answer: { access_token: 'the-token', expires_in: 3600, token_type: 'Bearer', scope: 'WebAPI' },
    lifetimeSeconds: 3600,
    call: {
      path: '/api/v1.0/external/sdtask/process',
      url: 'https://cloud.smartdocumentor.net/api/v1.0/external/sdtask/process',
      headers: BEARER,
    },
    error: {
      status: 400,
      body: { error: 'invalid_client' },
      oauthError: 'invalid_client',
      message: /the secret may be wrong or expired/,
    },
  },
  {
    title: 'signeasy',
    config: () => signeasy(CREDENTIALS),
    request: {
      url: 'https://auth.signeasy.com/oauth/token',
      headers: JSON_HEADERS,
      body: jsonFor('https://api-ext.signeasy.com/'),
    },
    answer: { ...PLAIN, scope: 'rs:read rs:update', expires_in: 2_592_000 },
    lifetimeSeconds: 2_592_000,
    call: { path: '/me', url: 'https://api.signeasy.com/v3/me', headers: BEARER },
    error: { ...INVALID_CLIENT, message: /Check clientId and clientSecret/ },
  },
  {
    title: 'fuuffy',
    config: () => fuuffy({ environment: 'testing', ...CREDENTIALS }),
    request: { url: 'https://testing-api-gateway.fuuffy.com/v1/auth/token', body: POST },
    answer: { data: { ...PLAIN, expires_in: 3600 } },
    lifetimeSeconds: 3600,
    call: {
      path: '/order?id=7',
      url: 'https://testing-api-gateway.fuuffy.com/v1/order?id=7',
      headers: BEARER,
    },
    error: {
      status: 401,
      body: {
        error: {
          code: '401021',
          code_reason: 'invalid_client',
          message: 'Invalid client_id, client_secret, or session_key',
        },
      },
      oauthError: 'invalid_client',
      message: /Invalid client_id, client_secret, or session_key/,
    },
  },
  {
    title: 'fyma',
    config: () => fyma(CREDENTIALS),
    request: {
      url: 'https://auth.fyma.ai/oauth/token',
      headers: JSON_HEADERS,
      body: jsonFor('https://api.fyma.ai'),
    },
    answer: { ...PLAIN, expires_in: 86_400 },
    lifetimeSeconds: 86_400,
    call: { path: '/tracking-cameras', url: 'https://api.fyma.ai/tracking-cameras', headers: BEARER },
    error: { ...INVALID_CLIENT, message: /Check clientId and clientSecret/ },
  },
];
