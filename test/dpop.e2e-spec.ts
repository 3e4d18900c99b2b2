import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import {
  authorizeAxios,
  authorizeFetch,
  MemoryTokenStore,
  TokenManager,
  type ProviderConfig,
  type TokenEvent,
  type TokenSource,
} from 'nestjs-client-credentials/core';
import { startBindingApi, type BindingApi } from './support/binding-api.js';
import {
  AUDIENCE,
  openAuthorizationServer,
  type OpenAuthorizationServer,
  type OpenServerOptions,
} from './support/open-authorization-server.js';
import { failureOf, openDesk } from './support/the-desk.js';

const SECRET = 'a-secret-of-at-least-thirty-two-bytes';

interface Bound extends AsyncDisposable {
  readonly server: OpenAuthorizationServer;
  readonly api: BindingApi;
  readonly source: TokenSource;
  readonly http: AxiosInstance;
  readonly events: TokenEvent[];
}

/** A real server that binds tokens to keys, an API that verifies the binding, and a client of both. */
async function openBound(
  provider: Partial<ProviderConfig> = {},
  options: Partial<OpenServerOptions> = {},
): Promise<Bound> {
  const client = { client_id: 'desk', client_secret: SECRET, dpop_bound_access_tokens: true };
  const server = await openAuthorizationServer({ clients: [client], ...options });
  const api = await startBindingApi({ issuer: server.issuer, jwks: server.jwks, audience: AUDIENCE });
  const desk = {
    tokenUrl: server.tokenUrl,
    clientId: 'desk',
    clientSecret: SECRET,
    dpop: true,
    ...provider,
  } as const;
  const tokens = new TokenManager({ providers: { desk: { ...desk, api: { baseURL: api.url } } } });
  const events: TokenEvent[] = [];
  tokens.onEvent((event) => events.push(event));
  const source = tokens.source('desk');
  const http = axios.create({ baseURL: api.url, validateStatus: () => true });
  authorizeAxios(http, source);
  return {
    server,
    api,
    source,
    http,
    events,
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await api[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

function proofsAt({ api }: Bound): string[] {
  return api.requests.map(({ headers }) => String(headers['dpop']));
}

describe('a token bound to a key', () => {
  it.each<[string, () => Promise<true | NonNullable<ProviderConfig['dpop']>> | ProviderConfig['dpop']]>([
    ['that is made', () => true],
    ['that is made for Ed25519', () => ({ algorithm: 'Ed25519' })],
    ['that is made for RSA', () => ({ algorithm: 'PS256' })],
    ['that is given as KeyObjects', () => ({ keyPair: generateKeyPairSync('ec', { namedCurve: 'P-256' }) })],
    [
      'that is given as RSA KeyObjects',
      () => ({ algorithm: 'RS256', keyPair: generateKeyPairSync('rsa', { modulusLength: 2048 }) }),
    ],
    [
      'that is given as CryptoKeys',
      async () => ({
        keyPair: await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
          'sign',
          'verify',
        ]),
      }),
    ],
  ])('%s is issued by a real server, and accepted by an API that checks the proof', async (_, dpop) => {
    await using bound = await openBound({ dpop: (await dpop()) ?? true });

    const { status } = await bound.http.post('/documents?page=1#top', { total: 1 });

    expect(status).toBe(200);
    expect(bound.api.requests[0]?.headers.authorization).toMatch(/^DPoP /);
    expect(await bound.source.getToken()).toMatchObject({ type: 'DPoP' });
  });

  it('is sent with a new proof per call: own id, method and URL without query', async () => {
    await using bound = await openBound();

    await bound.http.get('/documents?page=1');
    await bound.http.put('/documents/7', {});
    await authorizeFetch(bound.source)(`${bound.api.url}/documents`, { method: 'DELETE' });

    const claims = proofsAt(bound).map((proof) => decodeJwt(proof));
    expect(bound.api.requests.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(claims.map(({ htm, htu }) => [htm, htu])).toEqual([
      ['GET', `${bound.api.url}/documents`],
      ['PUT', `${bound.api.url}/documents/7`],
      ['DELETE', `${bound.api.url}/documents`],
    ]);
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(3);
    expect(bound.server.tokenRequests).toHaveLength(1);
  });

  it('is not shown anywhere, nor is its proof', async () => {
    await using bound = await openBound();
    bound.api.revoked.add((await bound.source.getToken()).value);
    const seen: unknown[] = [];
    bound.http.interceptors.response.use((response) => {
      seen.push(response.config, response.request);
      return response;
    });

    const response = await bound.http.get('/documents');

    const shown = inspect([response, seen, bound.events, bound.source], { depth: 12, showHidden: true });
    for (const proof of proofsAt(bound)) expect(shown).not.toContain(proof);
    expect(shown).not.toContain((await bound.source.getToken()).value);
  });

  it('is shared through a store only by managers that have the key', async () => {
    await using bound = await openBound();
    const store = new MemoryTokenStore();
    const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const tokenOf = async (dpop: NonNullable<ProviderConfig['dpop']>): Promise<string> => {
      const desk = { tokenUrl: bound.server.tokenUrl, clientId: 'desk', clientSecret: SECRET, dpop };
      const tokens = new TokenManager({ providers: { desk }, store });
      const { value } = await tokens.source('desk').getToken();
      return value;
    };

    const first = await tokenOf({ keyPair });
    const same = await tokenOf({ keyPair });
    const other = await tokenOf(true);

    expect(same).toBe(first);
    expect(other).not.toBe(first);
    expect(bound.server.tokenRequests).toHaveLength(2);
  });

  it('that is revoked is replaced once', async () => {
    await using bound = await openBound();
    bound.api.revoked.add((await bound.source.getToken()).value);

    const { status } = await bound.http.get('/documents');

    expect(status).toBe(200);
    expect(bound.server.tokenRequests).toHaveLength(2);
  });

  it('is required: a bearer token in the response is refused', async () => {
    await using desk = await openDesk({ provider: { dpop: true } });

    const error = await failureOf(desk.source.getToken());

    expect(error).toMatchObject({ code: 'invalid_token_response' });
    expect(error.message).toContain('of type Bearer, but DPoP was requested');
  });
});

describe('a nonce', () => {
  it('that the server demands is sent in a second request, and in the first request from then on', async () => {
    await using bound = await openBound({}, { needsNonce: true });

    await bound.source.getToken();
    await bound.source.getToken({ forceRefresh: true });

    expect(bound.server.tokenRequests).toHaveLength(3);
    expect(bound.events.map(({ type }) => type)).toEqual(['token.acquired', 'token.acquired']);
  });

  it('that the server demands is sent with a new client assertion', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwks = { keys: [publicKey.export({ format: 'jwk' })] };
    const client = { client_id: 'desk', token_endpoint_auth_method: 'private_key_jwt' as const, jwks };
    await using bound = await openBound(
      { clientAuthentication: 'private_key_jwt', privateKey: { key: privateKey } },
      { needsNonce: true, clients: [client] },
    );

    await expect(bound.source.getToken()).resolves.toMatchObject({ type: 'DPoP' });
  });

  it('that the API demands does not count as a refusal of the token', async () => {
    await using bound = await openBound();
    bound.api.nonce = 'first';

    const first = await bound.http.post('/documents', { total: 1 });
    bound.api.nonce = 'second';
    const second = await bound.http.get('/documents');
    const third = await bound.http.get('/documents');

    expect([first.status, second.status, third.status]).toEqual([200, 200, 200]);
    expect(bound.api.requests.map(({ status }) => status)).toEqual([401, 200, 401, 200, 200]);
    expect(bound.api.requests[1]?.body).toBe('{"total":1}');
    expect(bound.server.tokenRequests).toHaveLength(1);
    expect(bound.events.map(({ type }) => type)).toEqual(['token.acquired']);
  });

  it('from a response header is used from then on', async () => {
    await using bound = await openBound();
    await bound.http.get('/documents');
    bound.api.nonce = 'announced';
    await bound.http.get('/documents');

    const { nonce } = decodeJwt(proofsAt(bound).at(-1) ?? '');

    expect(nonce).toBe('announced');
  });

  it('and a revoked token in one call are both handled', async () => {
    await using bound = await openBound();
    bound.api.nonce = 'first';
    bound.api.revoked.add((await bound.source.getToken()).value);

    const { status } = await bound.http.get('/documents');

    expect(status).toBe(200);
    expect(bound.server.tokenRequests).toHaveLength(2);
  });

  it('does not cause a stream to be sent twice: the caller gets the 401, and the token stays', async () => {
    await using bound = await openBound();
    bound.api.nonce = 'first';

    const response = await bound.http.post('/documents', Readable.from(['once']));
    const next = await bound.http.post('/documents', 'again');

    expect([response.status, next.status]).toEqual([401, 200]);
    expect(causeOf(response)).toContain('DPoP nonce');
    expect(bound.server.tokenRequests).toHaveLength(1);
  });

  it('that is never accepted causes no third request', async () => {
    await using bound = await openBound();
    const count = 2;
    const nonces = ['a', 'b', 'c'];
    Object.defineProperty(bound.api, 'nonce', { get: () => nonces[bound.api.requests.length] });

    const { status } = await bound.http.get('/documents');

    expect(status).toBe(401);
    expect(bound.api.requests).toHaveLength(count);
    expect(bound.server.tokenRequests).toHaveLength(1);
  });

  it('works with fetch as well', async () => {
    await using bound = await openBound();
    bound.api.nonce = 'first';

    const response = await authorizeFetch(bound.source)(`${bound.api.url}/documents`, {
      method: 'POST',
      body: 'x',
    });

    expect(response.status).toBe(200);
    expect(bound.api.requests.map(({ body }) => body)).toEqual(['x', 'x']);
    expect(bound.server.tokenRequests).toHaveLength(1);
  });
});

describe('a redirect', () => {
  const send: [string, (bound: Bound) => Promise<{ status: number }>][] = [
    ['http', ({ http }) => http.get('/old')],
    ['the fetch adapter', ({ http }) => http.get('/old', { adapter: 'fetch' })],
    ['fetch', ({ source, api }) => authorizeFetch(source)(`${api.url}/old`)],
  ];

  it.each(send)('within the API is followed with a new proof, by %s', async (_, call) => {
    await using bound = await openBound();
    bound.api.redirects.set('/old', '/new');

    const { status } = await call(bound);

    expect(status).toBe(200);
    expect(proofsAt(bound).map((proof) => decodeJwt(proof)['htu'])).toEqual([
      `${bound.api.url}/old`,
      `${bound.api.url}/new`,
    ]);
    expect(proofsAt(bound).map((proof) => decodeProtectedHeader(proof).typ)).toEqual([
      'dpop+jwt',
      'dpop+jwt',
    ]);
  });

  it.each(send)('to another origin takes neither token nor proof along, by %s', async (_, call) => {
    await using bound = await openBound();
    await using elsewhere = await startBindingApi({ issuer: 'x', jwks: { keys: [] }, audience: 'x' });
    bound.api.redirects.set('/old', `${elsewhere.url}/new`);

    await call(bound);

    expect(elsewhere.requests).toHaveLength(1);
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('dpop');
    expect(bound.server.tokenRequests).toHaveLength(1);
  });
});

function causeOf(response: AxiosResponse): string {
  return inspect(Reflect.get(response, 'cause'));
}
