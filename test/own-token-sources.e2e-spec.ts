import axios, { type AxiosInstance } from 'axios';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { describe, expect, it } from '@jest/globals';
import { authorizeAxios, authorizeFetch } from 'nestjs-client-credentials/core';
import { tokenRelay } from 'nestjs-client-credentials/express';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { listen } from './support/listen.js';
import { errorOf } from './support/outcome.js';

interface Token {
  readonly value: string;
  readonly authorization: string;
}

/** What a user writes: an object that answers tokens. */
interface OwnSource {
  getToken(request?: unknown): Promise<Token> | Token;
  invalidate?(token: unknown): Promise<void> | void;
}

type Options = { allowedOrigins?: string[] };

// As the contract has them: any object that answers tokens will do.
const attachAxios = authorizeAxios as unknown as (
  http: AxiosInstance,
  source: OwnSource,
  options?: Options,
) => () => void;
const attachFetch = authorizeFetch as unknown as (
  source: OwnSource,
  fetch?: typeof globalThis.fetch,
  options?: Options,
) => typeof globalThis.fetch;
const relayOf = tokenRelay as unknown as (source: OwnSource) => ReturnType<typeof tokenRelay>;

/** A source of three lines, over tokens that the server knows; each of them is handed out until it is invalidated. */
function sourceOf(
  server: AuthorizationServer,
): OwnSource & { readonly asked: unknown[]; readonly refused: unknown[] } {
  let current = server.issue().value;
  const asked: unknown[] = [];
  const refused: unknown[] = [];
  return {
    asked,
    refused,
    getToken(request) {
      asked.push(request);
      return { value: current, authorization: `Bearer ${current}` };
    },
    async invalidate(token) {
      refused.push(typeof token === 'string' ? token : (token as Token).value);
      current = server.issue().value;
    },
  };
}

type Call = (path: string, origin?: string) => Promise<number>;

const senders: [string, (source: OwnSource, server: AuthorizationServer, options?: Options) => Call][] = [
  [
    'authorizeAxios',
    (source, server, options) => {
      const http = axios.create({ baseURL: server.apiUrl, validateStatus: () => true });
      attachAxios(http, source, options);
      return async (path, origin = '') => (await http.post(origin + path, { n: 1 })).status;
    },
  ],
  [
    'authorizeAxios, on the fetch adapter',
    (source, server, options) => {
      const http = axios.create({ baseURL: server.apiUrl, adapter: 'fetch', validateStatus: () => true });
      attachAxios(http, source, options);
      return async (path, origin = '') => (await http.post(origin + path, { n: 1 })).status;
    },
  ],
  [
    'authorizeFetch',
    (source, server, options = { allowedOrigins: [server.apiUrl] }) => {
      const send = attachFetch(source, undefined, options);
      return async (path, origin = server.apiUrl) =>
        (await send(origin + path, { method: 'POST', body: '{"n":1}' })).status;
    },
  ],
];

const tokensOf = (server: AuthorizationServer): (number | undefined)[] => {
  const values = server.issued.map(({ value }) => value);
  return server.apiRequests.map(({ token }) => (token === undefined ? undefined : values.indexOf(token)));
};

describe.each(senders)('a token source of one’s own, given to %s', (_, sender) => {
  it('has its token sent with every call, and is asked for it each time', async () => {
    await using server = await startAuthorizationServer();
    const source = sourceOf(server);
    const call = sender(source, server);

    const statuses = [await call('/a'), await call('/b')];

    expect(statuses).toEqual([200, 200]);
    expect(tokensOf(server)).toEqual([0, 0]);
    expect(source.asked).toHaveLength(2);
    expect(server.tokenRequests).toHaveLength(0);
  });

  it('is told of a token that was refused, and the call is sent once more', async () => {
    await using server = await startAuthorizationServer();
    const source = sourceOf(server);
    const call = sender(source, server);
    server.revoke();

    const status = await call('/a');

    expect(status).toBe(200);
    expect(tokensOf(server)).toEqual([0, 1]);
    expect(source.refused).toEqual([server.issued[0]?.value]);
    expect(server.apiRequests.map(({ text }) => text)).toEqual(['{"n":1}', '{"n":1}']);
  });

  it('that cannot be told leaves the 401 to the caller', async () => {
    await using server = await startAuthorizationServer();
    const { value } = server.issue();
    const call = sender({ getToken: () => ({ value, authorization: `Bearer ${value}` }) }, server);
    server.revoke();

    const status = await call('/a');

    expect(status).toBe(401);
    expect(server.apiRequests).toHaveLength(1);
  });

  it('is not asked a third time where no token helps', async () => {
    await using server = await startAuthorizationServer();
    const source = sourceOf(server);
    const call = sender(source, server);
    server.api.answerNext(Infinity, { status: 401 });

    const status = await call('/a');

    expect(status).toBe(401);
    expect(server.apiRequests).toHaveLength(2);
  });

  it('whose header is of another scheme is sent as it says', async () => {
    await using server = await startAuthorizationServer();
    const call = sender({ getToken: async () => ({ value: 'v', authorization: 'Token v' }) }, server);
    server.api.answerNext(1, { status: 200 });

    await call('/a');

    expect(server.apiRequests[0]?.headers.authorization).toBe('Token v');
  });

  it('that throws fails the call with just what it threw', async () => {
    await using server = await startAuthorizationServer();
    const thrown = new RangeError('of the user');
    const call = sender({ getToken: () => Promise.reject(thrown) }, server);

    const error = await errorOf(call('/a'));

    expect(error).toBe(thrown);
    expect(server.apiRequests).toHaveLength(0);
  });

  it('has its token sent to the allowed origins alone', async () => {
    await using server = await startAuthorizationServer();
    await using other = await startAuthorizationServer();
    const call = sender(sourceOf(server), server, { allowedOrigins: [server.apiUrl] });

    await call('/a', server.apiUrl);
    await call('/b', other.apiUrl);

    expect(tokensOf(server)).toEqual([0]);
    expect(other.apiRequests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('goes by the allowed origins that are given with it, whatever the base address is', async () => {
    await using server = await startAuthorizationServer();
    await using other = await startAuthorizationServer();
    const call = sender(sourceOf(server), other, { allowedOrigins: [server.apiUrl] });

    await call('/a', server.apiUrl);
    await call('/b', other.apiUrl);

    expect(tokensOf(server)).toEqual([0]);
    expect(other.apiRequests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});

describe('the allowed origins beside a source', () => {
  it('take the place of those of a source of the library', async () => {
    await using server = await startAuthorizationServer();
    await using other = await startAuthorizationServer();
    const { TokenManager } = await import('nestjs-client-credentials/core');
    const tokens = new TokenManager({ providers: { desk: server.providerConfig } });
    const http = axios.create({ baseURL: server.apiUrl, validateStatus: () => true });
    attachAxios(http, tokens.source('desk'), { allowedOrigins: [other.apiUrl] });
    other.api.answerNext(1, { status: 200 });

    await http.get('/a');
    await http.get(`${other.apiUrl}/b`);
    await tokens.close();

    expect(server.apiRequests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(other.apiRequests.map(({ token }) => token)).toEqual([server.issued[0]?.value]);
  });

  it.each(['not an address', 'http://api.example.com', 'https://user:password@api.example.com'])(
    'are refused at once where they are wrong: %s',
    async (origin) => {
      const source = { getToken: () => ({ value: 'v', authorization: 'Bearer v' }) };

      const attaching = (): unknown => attachAxios(axios.create(), source, { allowedOrigins: [origin] });

      expect(attaching).toThrow(expect.objectContaining({ code: 'invalid_configuration' }));
    },
  );
});

describe('a token source of one’s own, given to tokenRelay', () => {
  async function openGateway(
    source: OwnSource,
    target: string,
  ): Promise<{ url: string; close: () => Promise<void> }> {
    const app = express();
    app.set('env', 'test');
    app.use(
      '/api',
      relayOf(source),
      createProxyMiddleware({ target, on: { proxyRes: tokenRelay.onResponse } }),
    );
    return listen(app);
  }

  it('has its token on the proxied request', async () => {
    await using server = await startAuthorizationServer();
    const gateway = await openGateway(sourceOf(server), server.apiUrl);

    const { status } = await fetch(`${gateway.url}/api/a`);
    await gateway.close();

    expect(status).toBe(200);
    expect(tokensOf(server)).toEqual([0]);
  });

  it('is told of a token that was refused', async () => {
    await using server = await startAuthorizationServer();
    const source = sourceOf(server);
    const gateway = await openGateway(source, server.apiUrl);
    server.revoke();

    const first = await fetch(`${gateway.url}/api/a`);
    const second = await fetch(`${gateway.url}/api/b`);
    await gateway.close();

    expect([first.status, second.status]).toEqual([401, 200]);
    expect(source.refused).toHaveLength(1);
  });

  it('that throws hands just that to next', async () => {
    await using server = await startAuthorizationServer();
    const thrown = Object.assign(new Error('of the user'), { status: 418 });
    const gateway = await openGateway({ getToken: () => Promise.reject(thrown) }, server.apiUrl);

    const { status } = await fetch(`${gateway.url}/api/a`);
    await gateway.close();

    expect(status).toBe(418);
    expect(server.apiRequests).toHaveLength(0);
  });
});
