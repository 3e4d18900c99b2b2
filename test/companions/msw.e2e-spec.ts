import axios from 'axios';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import {
  authorizeAxios,
  authorizeFetch,
  TokenManager,
  type TokenSource,
} from 'nestjs-client-credentials/core';

const ISSUER = 'https://id.example.com';
const API = 'https://api.example.com';

const server = setupServer();
let tokenRequests: string[];
let revoked: Set<string>;

function billing(): TokenSource {
  const provider = {
    tokenUrl: `${ISSUER}/token`,
    clientId: 'billing',
    clientSecret: 'secret',
    api: { baseURL: API },
    tokenRequest: { attempts: 1 },
  };
  return new TokenManager({ providers: { billing: provider } }).source('billing');
}

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

beforeEach(() => {
  tokenRequests = [];
  revoked = new Set();
  server.use(
    http.post(`${ISSUER}/token`, async ({ request }) => {
      tokenRequests.push(await request.text());
      return HttpResponse.json({
        access_token: `token-${tokenRequests.length}`,
        token_type: 'Bearer',
        expires_in: 3600,
      });
    }),
    http.all(`${API}/echo`, async ({ request }) => {
      const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? '';
      if (revoked.has(token)) return HttpResponse.json({}, { status: 401 });
      return HttpResponse.json({ token, body: await request.text() });
    }),
  );
});

interface Echo {
  readonly status: number;
  readonly data: unknown;
}

function overAxios(adapter: 'http' | 'fetch') {
  return (source: TokenSource): ((path: string, body?: string) => Promise<Echo>) => {
    const instance = axios.create({ baseURL: API, adapter, validateStatus: () => true });
    authorizeAxios(instance, source);
    return (path, data) => instance.request({ url: path, method: data === undefined ? 'get' : 'post', data });
  };
}

const senders: [string, (source: TokenSource) => (path: string, body?: string) => Promise<Echo>][] = [
  ['axios on http', overAxios('http')],
  ['axios on fetch', overAxios('fetch')],
  [
    'fetch',
    (source) => async (path, body) => {
      const response = await authorizeFetch(source)(
        API + path,
        body === undefined ? {} : { method: 'POST', body },
      );
      return { status: response.status, data: await response.json() };
    },
  ],
];

describe.each(senders)('msw beside an authorized %s', (_, sender) => {
  it('answers the token request and the call, and sees the token', async () => {
    const { status, data } = await sender(billing())('/echo');

    expect(status).toBe(200);
    expect(data).toEqual({ token: 'token-1', body: '' });
    expect(tokenRequests).toEqual(['grant_type=client_credentials']);
  });

  it('lets a call that it answers with 401 be replayed with another token, and the same body', async () => {
    revoked.add('token-1');

    const { status, data } = await sender(billing())('/echo', 'ünïcode');

    expect(status).toBe(200);
    expect(data).toEqual({ token: 'token-2', body: 'ünïcode' });
    expect(tokenRequests).toHaveLength(2);
  });

  it('gives the caller an error answer as it is', async () => {
    server.use(http.get(`${API}/echo`, () => HttpResponse.json({ reason: 'mocked' }, { status: 409 })));

    const { status, data } = await sender(billing())('/echo');

    expect({ status, data }).toEqual({ status: 409, data: { reason: 'mocked' } });
  });

  it('makes a token endpoint fail for the caller who waits', async () => {
    server.use(
      http.post(`${ISSUER}/token`, () => HttpResponse.json({ error: 'invalid_scope' }, { status: 400 })),
    );

    const call = sender(billing())('/echo');

    await expect(call).rejects.toMatchObject({ code: 'token_request_rejected', oauthError: 'invalid_scope' });
  });
});
