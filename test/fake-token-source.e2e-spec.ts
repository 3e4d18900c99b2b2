import axios from 'axios';
import MockAdapter from 'axios-mock-adapter';
import express from 'express';
import { describe, expect, it } from '@jest/globals';
import { authorizeAxios, authorizeFetch } from 'nestjs-client-credentials/core';
import { tokenRelay } from 'nestjs-client-credentials/express';
import { fakeTokenSource } from 'nestjs-client-credentials/testing';
import { listen } from './support/listen.js';

/** An API that keeps what it was sent, and refuses the tokens it is told to. */
async function openApi(): Promise<{
  url: string;
  bearers: (string | undefined)[];
  refused: Set<string>;
  [Symbol.asyncDispose]: () => Promise<void>;
}> {
  const bearers: (string | undefined)[] = [];
  const refused = new Set<string>();
  const { url, close } = await listen((request, response) => {
    const { authorization } = request.headers;
    bearers.push(authorization);
    request.resume();
    response.writeHead(refused.has(String(authorization)) ? 401 : 200).end('{}');
  });
  return { url, bearers, refused, [Symbol.asyncDispose]: close };
}

describe('fakeTokenSource()', () => {
  it('answers the same token each time, without an endpoint', async () => {
    const source = fakeTokenSource();

    const [first, second] = [await source.getToken(), await source.getToken()];

    expect(first.value).toMatch(/./);
    expect(second.value).toBe(first.value);
    expect(first.authorization).toBe(`Bearer ${first.value}`);
    expect(source.value).toBe(first.value);
  });

  it('answers the token that it is given, for the provider that it is given', async () => {
    const source = fakeTokenSource({ token: 'token-of-the-test', provider: 'signeasy' });

    const { value, authorization } = await source.getToken();

    expect([value, authorization]).toEqual(['token-of-the-test', 'Bearer token-of-the-test']);
    expect(source.provider).toBe('signeasy');
  });

  it('answers another token once its value is set', async () => {
    const source = fakeTokenSource({ token: 'first' });
    await source.getToken();

    source.value = 'second';

    expect((await source.getToken()).value).toBe('second');
  });

  it('keeps what it was asked for', async () => {
    const source = fakeTokenSource();

    await source.getToken();
    await source.getToken({ scope: 'read', audience: 'https://api.example.com' });

    expect(source.requests).toHaveLength(2);
    expect(source.requests[1]).toMatchObject({ scope: 'read', audience: 'https://api.example.com' });
  });

  it('answers another token after a revoked one was invalidated, and not before', async () => {
    const source = fakeTokenSource({ token: 'first' });
    const token = await source.getToken();

    source.revoke();
    const before = await source.getToken();
    await source.invalidate(token);
    const after = await source.getToken();

    expect(before.value).toBe('first');
    expect(after.value).not.toBe('first');
    expect(source.value).toBe(after.value);
  });

  it('answers the same token after one was invalidated that nobody revoked', async () => {
    const source = fakeTokenSource({ token: 'first' });

    await source.invalidate(await source.getToken());

    expect((await source.getToken()).value).toBe('first');
  });
});

describe.each<
  [string, (source: ReturnType<typeof fakeTokenSource>, url: string) => (path: string) => Promise<number>]
>([
  [
    'axios',
    (source, baseURL) => {
      const http = axios.create({ baseURL, validateStatus: () => true });
      authorizeAxios(http, source);
      return async (path) => (await http.get(path)).status;
    },
  ],
  [
    'fetch',
    (source, url) => {
      const send = authorizeFetch(source, undefined, { allowedOrigins: [url] });
      return async (path) => (await send(url + path)).status;
    },
  ],
])('a fake token source behind %s', (_, sender) => {
  it('shows which token was sent', async () => {
    await using api = await openApi();
    const source = fakeTokenSource();
    const call = sender(source, api.url);

    const status = await call('/a');

    expect(status).toBe(200);
    expect(api.bearers).toEqual([`Bearer ${source.value}`]);
    expect(source.requests).toHaveLength(1);
  });

  it('lets a call be sent once more with another token', async () => {
    await using api = await openApi();
    const source = fakeTokenSource({ token: 'first' });
    const call = sender(source, api.url);
    api.refused.add('Bearer first');

    source.revoke();
    const status = await call('/a');

    expect(status).toBe(200);
    expect(api.bearers).toEqual(['Bearer first', `Bearer ${source.value}`]);
    expect(source.value).not.toBe('first');
  });
});

describe('a fake token source', () => {
  it('goes with axios-mock-adapter, which sees the token', async () => {
    const source = fakeTokenSource({ token: 'token-of-the-test' });
    const http = axios.create({ baseURL: 'https://api.example.com' });
    authorizeAxios(http, source);
    const mock = new MockAdapter(http as never);
    const sent: unknown[] = [];
    mock.onGet('/me').reply(({ headers }) => (sent.push(headers?.['Authorization']), [200, { id: 7 }]));

    const { data } = await http.get('/me');

    expect(data).toEqual({ id: 7 });
    expect(sent).toEqual(['Bearer token-of-the-test']);
  });

  it('goes with the token relay', async () => {
    const source = fakeTokenSource({ token: 'token-of-the-test' });
    const app = express();
    app.get(
      '/',
      tokenRelay(source),
      (request, response) => void response.send(request.headers.authorization),
    );
    const { url, close } = await listen(app);

    const text = await (await fetch(url)).text();
    await close();

    expect(text).toBe('Bearer token-of-the-test');
  });
});
