import axios from 'axios';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import {
  authorizeAxios,
  authorizeFetch,
  TokenManager,
  type TokenSource,
} from 'nestjs-client-credentials/core';

const ISSUER = 'https://id.example.com';
const API = 'https://api.example.com';

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

/** Has the token endpoint hand out these tokens, one after the other. */
function issue(...tokens: string[]): void {
  for (const token of tokens) {
    nock(ISSUER)
      .post('/token', 'grant_type=client_credentials')
      .basicAuth({ user: 'billing', pass: 'secret' })
      .reply(200, { access_token: token, token_type: 'Bearer', expires_in: 3600 });
  }
}

const senders: [string, (source: TokenSource) => (path: string, body?: object) => Promise<number>][] = [
  [
    'axios on http',
    (source) => {
      const http = axios.create({ baseURL: API, validateStatus: () => true });
      authorizeAxios(http, source);
      return async (path, data) =>
        (await http.request({ url: path, method: data ? 'post' : 'get', data })).status;
    },
  ],
  [
    'axios on fetch',
    (source) => {
      const http = axios.create({ baseURL: API, adapter: 'fetch', validateStatus: () => true });
      authorizeAxios(http, source);
      return async (path, data) =>
        (await http.request({ url: path, method: data ? 'post' : 'get', data })).status;
    },
  ],
  [
    'fetch',
    (source) => {
      const send = authorizeFetch(source);
      return async (path, body) => {
        const init = body && { method: 'POST', body: JSON.stringify(body) };
        return (await send(API + path, init)).status;
      };
    },
  ],
];

describe.each(senders)('nock beside an authorized %s', (_, sender) => {
  beforeEach(() => {
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
  });

  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
    // It changes Node's own modules, which other test files of this process use as well.
    nock.restore();
  });

  it('answers the token request and the call, and sees the token', async () => {
    issue('first');
    const api = nock(API).get('/invoices').matchHeader('authorization', 'Bearer first').reply(200, []);

    const status = await sender(billing())('/invoices');

    expect(status).toBe(200);
    expect(api.isDone()).toBe(true);
    expect(nock.pendingMocks()).toEqual([]);
  });

  it('lets a call that it answers with 401 be replayed with another token, and the same body', async () => {
    issue('first', 'second');
    nock(API).post('/invoices', { n: 1 }).matchHeader('authorization', 'Bearer first').reply(401);
    nock(API).post('/invoices', { n: 1 }).matchHeader('authorization', 'Bearer second').reply(201);

    const status = await sender(billing())('/invoices', { n: 1 });

    expect(status).toBe(201);
    expect(nock.pendingMocks()).toEqual([]);
  });

  it.each([404, 409, 500])('gives the caller its %i', async (wanted) => {
    issue('first');
    nock(API).get('/invoices').reply(wanted, { reason: 'mocked' });

    const status = await sender(billing())('/invoices');

    expect(status).toBe(wanted);
  });

  it('makes a token endpoint fail for the caller who waits', async () => {
    nock(ISSUER).post('/token').reply(400, { error: 'invalid_scope' });

    const call = sender(billing())('/invoices');

    await expect(call).rejects.toMatchObject({ code: 'token_request_rejected', oauthError: 'invalid_scope' });
  });

  it('makes a token endpoint break off for the caller who waits', async () => {
    nock(ISSUER)
      .post('/token')
      .replyWithError(Object.assign(new Error('cut'), { code: 'ECONNRESET' }));

    const call = sender(billing())('/invoices');

    await expect(call).rejects.toMatchObject({ code: 'token_endpoint_unavailable' });
  });
});
