import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import otherAxios from 'axios-1.12';
import axios, {
  AxiosError,
  type AxiosAdapter,
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import { authorizeAxios, type OutboundCall } from 'nestjs-client-credentials/core';
import {
  startAuthorizationServer,
  type RawAnswer,
  type RedirectAnswer,
} from 'nestjs-client-credentials/testing';
import { bearersOf, failureOf, shown, startApiUnderTest } from './support/api-under-test.js';

describe.each(['http', 'fetch'] as const)('an axios instance with the %s adapter', (adapter) => {
  it('sends the bearer with every call and asks for it once', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });

    await api.http.get('/a');
    await api.http.post('/b', { n: 1 });

    const bearer = `Bearer ${api.server.issued[0]?.value}`;
    expect(bearersOf(api.server)).toEqual([bearer, bearer]);
    expect(api.server.tokenRequests).toHaveLength(1);
  });

  it('replays a refused call once, with the same bytes and a new token', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    await api.http.get('/warm');
    api.server.revoke();

    const response = await api.http.post('/orders', { text: 'ünïcode' });

    const [, refused, replayed] = api.server.apiRequests;
    expect(response.status).toBe(200);
    expect(refused?.status).toBe(401);
    expect(replayed?.body).toEqual(refused?.body);
    expect(replayed?.headers['content-type']).toBe(refused?.headers['content-type']);
    expect(replayed?.headers.authorization).toBe(`Bearer ${api.server.issued[1]?.value}`);
    expect(api.server.tokenRequests).toHaveLength(2);
    expect(api.events.map(({ type }) => type)).toEqual([
      'token.acquired',
      'token.invalidated',
      'token.acquired',
      'api.replayed',
    ]);
  });

  it.each([
    ['URLSearchParams', () => new URLSearchParams({ a: '1 & 2', b: 'ü' })],
    ['a Buffer', () => Buffer.from([0, 1, 254, 255])],
    ['a typed array', () => new Uint16Array([1, 2, 3])],
    ['a string', () => 'plain text'],
    [
      'a native form',
      () => {
        const form = new FormData();
        form.append('file', new Blob(['\u0000binary'], { type: 'application/pdf' }), 'a "b".pdf');
        form.append('title', 'line\nbreak');
        return form;
      },
    ],
  ])('replays %s byte for byte', async (_, body) => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    await api.http.get('/warm');
    api.server.revoke();

    await api.http.post('/upload', body());

    const [, refused, replayed] = api.server.apiRequests;
    expect(refused?.body.length).toBeGreaterThan(0);
    expect(replayed?.body).toEqual(refused?.body);
    expect(replayed?.headers['content-type']).toBe(refused?.headers['content-type']);
    expect(replayed?.status).toBe(200);
  });

  it('sends a native FormData that a server can parse', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    const form = new FormData();
    form.append('file', new Blob(['content'], { type: 'text/plain' }), 'a.txt');
    form.append('title', 'report');

    await api.http.post('/upload', form);

    const [request] = api.server.apiRequests;
    const contentType = String(request?.headers['content-type']);
    const read = await new Response(request?.body, { headers: { 'content-type': contentType } }).formData();
    expect(read.get('title')).toBe('report');
    expect(await (read.get('file') as File).text()).toBe('content');
  });

  it('does not replay a stream, but drops the token', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    await api.http.get('/warm');
    api.server.revoke();
    const body = adapter === 'http' ? Readable.from(['once']) : new Response('once').body;

    const error = await failureOf(api.http.post('/upload', body));
    const next = await api.http.get('/next');

    expect(error.response?.status).toBe(401);
    expect(inspect(error)).not.toContain(String(api.server.issued[0]?.value));
    expect(String(error.cause)).toContain('could be read only once');
    expect(next.status).toBe(200);
    expect(api.server.apiRequests.map(({ path }) => path)).toEqual(['/warm', '/upload', '/next']);
    expect(api.server.tokenRequests).toHaveLength(2);
  });

  it('runs transforms and interceptors once, also for a replayed call', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    await api.http.get('/warm');
    api.server.revoke();
    const runs: string[] = [];
    api.http.interceptors.request.use((config) => (runs.push('request'), config));
    api.http.interceptors.response.use((response) => (runs.push('response'), response));

    await api.http.post('/x', 'in', {
      transformRequest: (data: string) => (runs.push('transformRequest'), data),
      transformResponse: (data: string) => (runs.push('transformResponse'), data),
    });

    expect(runs).toEqual(['request', 'transformRequest', 'transformResponse', 'response']);
  });

  it('acquires one token for twenty concurrent calls with a revoked token', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    await api.http.get('/warm');
    api.server.revoke();

    const responses = await Promise.all(Array.from({ length: 20 }, (_, n) => api.http.get(`/${n}`)));

    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(api.server.tokenRequests).toHaveLength(2);
    expect(api.tokens.snapshot()[0]).toMatchObject({ replays: 20, acquisitions: 2, state: 'fresh' });
  });

  it('sends a call at most twice, and requests one token per cooldown if the API always refuses', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.api.answerNext(Infinity, { status: 401, body: { reason: 'never' } });

    const first = await failureOf(api.http.get('/a'));
    const second = await failureOf(api.http.get('/b'));

    expect(first.response?.data).toEqual({ reason: 'never' });
    expect(String(first.cause)).toContain('the new one as well');
    expect(String(second.cause)).toContain('had itself just replaced a refused one');
    expect(api.server.apiRequests.map(({ path }) => path)).toEqual(['/a', '/a', '/b']);
    expect(api.server.tokenRequests).toHaveLength(2);
  });

  it('replays with a newer token at once, even during the cooldown', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    await api.http.get('/warm');
    api.server.api.hold();
    const late = api.http.get('/late');
    await api.server.api.received(2);
    api.server.revoke();
    await api.source.getToken({ forceRefresh: true });
    api.server.api.release();

    const response = await late;

    expect(response.status).toBe(200);
    expect(api.server.tokenRequests).toHaveLength(2);
  });

  it.each([403, 404, 500])('passes a %d through untouched', async (status) => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.api.answerNext(1, { status, body: { reason: 'as it is' } });

    const error = await failureOf(api.http.get('/a'));

    expect(error).toBeInstanceOf(AxiosError);
    expect(error.code).toBe(status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE');
    expect(error.response).toMatchObject({ status, data: { reason: 'as it is' } });
    expect(error.message).toBe(`Request failed with status code ${status}`);
    expect(api.server.apiRequests).toHaveLength(1);
  });

  it('passes a network error through with its code', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.api.answerNext(1, 'reset');

    const error = await failureOf(api.http.get('/a'));

    expect(error).toBeInstanceOf(AxiosError);
    expect(error.response).toBeUndefined();
    expect(error.code).toBe(adapter === 'http' ? 'ECONNRESET' : 'ERR_NETWORK');
  });

  it('rejects with the error of the replay', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.api.answerNext(1, { status: 401 });
    api.server.api.answerNext(1, { status: 500, body: { reason: 'second' } });

    const error = await failureOf(api.http.get('/a'));

    expect(error.response?.status).toBe(500);
    expect(error.response?.data).toEqual({ reason: 'second' });
  });

  it('replays even if validateStatus accepts a 401', async () => {
    await using api = await startApiUnderTest({ axios: { adapter, validateStatus: () => true } });
    await api.http.get('/warm');
    api.server.revoke();

    const response = await api.http.get('/a');

    expect(response.status).toBe(200);
  });

  it('returns the 401 page of a proxy, with a bounded number of requests', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    const page = '<html><title>Proxy</title></html>';
    api.server.api.answerNext(Infinity, {
      status: 401,
      body: page,
      headers: { 'content-type': 'text/html' },
    });

    const error = await failureOf(api.http.get('/a'));

    expect(error.response?.data).toBe(page);
    expect(api.server.apiRequests).toHaveLength(2);
  });

  it.each([
    ['one challenge', 'Bearer error="insufficient_scope", scope="x"'],
    ['two in one header', 'Basic realm="a", Bearer realm="b", error=insufficient_scope'],
    ['unescaped quotes', 'Bearer error_description="say "no"", error="insufficient_scope"'],
  ])('does not replay a 401 with insufficient_scope: %s', async (_, challenge) => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.api.answerNext(1, { status: 401, headers: { 'www-authenticate': challenge } });

    await failureOf(api.http.get('/a'));

    expect(api.server.apiRequests).toHaveLength(1);
    expect(api.server.tokenRequests).toHaveLength(1);
  });

  it('replays a 403 if reacquire.on returns true', async () => {
    const on = jest.fn(({ status }: { status: number }) => status === 403);
    await using api = await startApiUnderTest({ axios: { adapter }, provider: { reacquire: { on } } });
    api.server.api.answerNext(1, { status: 403, body: { code: 7 }, headers: { 'X-Why': 'expired' } });

    const response = await api.http.get('/a');

    expect(response.status).toBe(200);
    expect(on.mock.calls[0]?.[0]).toMatchObject({
      status: 403,
      data: { code: 7 },
      headers: { 'x-why': 'expired' },
    });
    expect(api.server.tokenRequests).toHaveLength(2);
  });

  it('replays a 200 with an error code if reacquire.on returns true', async () => {
    const on = ({ data }: { data: unknown }): boolean => (data as { errcode?: number }).errcode === 40001;
    await using api = await startApiUnderTest({ axios: { adapter }, provider: { reacquire: { on } } });
    api.server.api.answerNext(1, { status: 200, body: { errcode: 40001 } });

    const response = await api.http.get('/a');

    expect(response.data).toMatchObject({ path: '/a' });
    expect(api.server.tokenRequests).toHaveLength(2);
  });

  it('rejects with the 401 and the token error as its cause if no new token can be acquired', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    await api.http.get('/warm');
    api.server.revoke();
    api.server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });

    const error = await failureOf(api.http.get('/a'));

    expect(error.response?.status).toBe(401);
    expect(error.cause).toMatchObject({ code: 'token_request_rejected', oauthError: 'invalid_scope' });
  });

  it('does not send the call if no token can be acquired', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });

    await expect(api.http.get('/a')).rejects.toMatchObject({ code: 'token_request_rejected' });

    expect(api.server.apiRequests).toHaveLength(0);
  });

  it('keeps a header that the caller set, and neither adds nor replays', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });

    const error = await failureOf(api.http.get('/a', { headers: { authorization: 'Bearer mine' } }));

    expect(error.response?.status).toBe(401);
    expect(bearersOf(api.server)).toEqual(['Bearer mine']);
    expect(api.server.tokenRequests).toHaveLength(0);
  });

  it('adds no token to a call with clientCredentials: false', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });

    await failureOf(api.http.get('/a', { clientCredentials: false }));

    expect(bearersOf(api.server)).toEqual([undefined]);
  });

  it('requests the scope of the call', async () => {
    await using api = await startApiUnderTest({ axios: { adapter }, provider: { scope: 'read' } });

    await api.http.get('/a');
    await api.http.post('/a', {}, { clientCredentials: { scope: 'write', audience: 'https://x/' } });

    const asked = api.server.tokenRequests.map(({ parameters }) => [
      parameters['scope'],
      parameters['audience'],
    ]);
    expect(asked).toEqual([
      ['read', undefined],
      ['write', 'https://x/'],
    ]);
  });

  it('requests the scope that tokenFor returns, unless the call names its own', async () => {
    const tokenFor = jest.fn(({ method }: { method: string }) =>
      method === 'GET' ? { scope: 'read' } : undefined,
    );
    await using api = await startApiUnderTest({ axios: { adapter }, provider: { scope: 'write', tokenFor } });

    await api.http.get('/a', { params: { q: 'é' }, headers: { 'X-Own': '1' } });
    await api.http.post('/a', {});
    await api.http.get('/a', { clientCredentials: { scope: 'admin' } });

    expect(api.server.tokenRequests.map(({ parameters }) => parameters['scope'])).toEqual([
      'read',
      'write',
      'admin',
    ]);
    expect(tokenFor.mock.calls[0]?.[0]).toMatchObject({
      url: `${api.server.apiUrl}/a?q=%C3%A9`,
      headers: { 'x-own': '1' },
    });
  });

  it('sends the token instead of Basic credentials in the config', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });

    await api.http.get('/a', { auth: { username: 'u', password: 'p' } });

    expect(bearersOf(api.server)[0]).toMatch(/^Bearer /);
  });

  it('rejects a URL with a user name', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    const address = api.server.apiUrl.replace('//', '//user:pass@');

    await expect(api.http.get(`${address}/a`)).rejects.toMatchObject({ code: 'invalid_configuration' });

    expect(api.server.apiRequests).toHaveLength(0);
  });

  it.each(['alone', 'beside another interceptor'])(
    'leaves no token in a response, a config or an error, %s',
    async (where) => {
      await using api = await startApiUnderTest({ axios: { adapter } });
      const seen: InternalAxiosRequestConfig[] = [];
      if (where !== 'alone') api.http.interceptors.request.use((config) => (seen.push(config), config));

      const response: AxiosResponse = await api.http.get('/a');
      api.server.api.answerNext(1, { status: 500 });
      const error = await failureOf(api.http.get('/b?x=1'));
      api.server.api.answerNext(1, 'reset');
      const broken = await failureOf(api.http.get('/c'));

      const token = api.server.issued[0]?.value as string;
      for (const value of [seen, response, error, broken, api.http, error.toJSON()]) {
        expect(shown(value).includes(token)).toBe(false);
      }
      const { host } = new URL(api.server.apiUrl);
      expect(error.request).toEqual({ method: 'GET', host, path: '/b?x=1' });
      expect(error.config?.url).toBe('/b?x=1');
      expect(response.config.url).toBe('/a');
    },
  );

  it.each<[string, RawAnswer | RedirectAnswer, AxiosRequestConfig]>([
    ['404', { status: 404 }, {}],
    ['503 within a timeout', { status: 503 }, { timeout: 5_000 }],
    ['500 to a call that names its scope', { status: 500 }, { clientCredentials: { scope: 'b' } }],
    ['redirect that is not followed', { redirectTo: '/there' }, { maxRedirects: 0 }],
    ['500 whose body is a stream', { status: 500 }, { responseType: 'stream' }],
  ])('leaves no token in the error of a response: a %s', async (_, answer, config) => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    await api.http.get('/warm');
    api.server.api.answerNext(2, answer);

    const error = await failureOf(api.http.request({ url: '/a', ...config }));

    const { status, data, request } = error.response as AxiosResponse;
    expect(status).toBe(answer.status ?? 302);
    expect(request).not.toHaveProperty('getHeader');
    for (const value of [error, error.response, data, request]) {
      for (const { value: token } of api.server.issued) {
        expect(inspect(value).includes(token)).toBe(false);
        expect(shown(value).includes(token)).toBe(false);
      }
    }
  });

  it('leaves no token in a response stream, nor in its error', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    const response = await api.http.get<AsyncIterable<Uint8Array>>('/a', { responseType: 'stream' });

    expect(shown(response)).not.toContain(api.server.issued[0]?.value);
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.data) chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ path: '/a' });
  });

  it('leaves no token in the error of a stream', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.api.answerNext(1, (_request, answer) => {
      answer.writeHead(200, { 'content-length': '1000' });
      answer.write('begun');
      setTimeout(() => answer.destroy(), 10);
    });
    const response = await api.http.get<AsyncIterable<Uint8Array>>('/a', { responseType: 'stream' });

    const chunks: Uint8Array[] = [];
    const error = await failureOf(
      (async () => {
        for await (const chunk of response.data) chunks.push(chunk);
      })(),
    );

    expect(Buffer.concat(chunks).toString()).toBe('begun');
    expect(shown(error)).not.toContain(api.server.issued[0]?.value);
  });

  it('ends the wait for a new token after a 401 when the call is aborted', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    await api.http.get('/warm');
    api.server.revoke();
    api.server.tokenEndpoint.hold();
    const controller = new AbortController();

    const call = failureOf(api.http.get('/a', { signal: controller.signal }));
    await api.server.tokenEndpoint.received(2);
    controller.abort();

    expect(axios.isCancel(await call)).toBe(true);
    api.server.tokenEndpoint.release();
  });

  it('discards the body of a 401 before the replay', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    await api.http.get('/warm');
    api.server.tokenEndpoint.hold();
    const closed = new Promise<void>((resolve) => {
      api.server.api.answerNext(1, (_request, answer) => {
        answer.once('close', resolve);
        answer.writeHead(401);
        answer.write('x'.repeat(100_000));
      });
    });
    const controller = new AbortController();

    const call = failureOf(api.http.get('/a', { signal: controller.signal, responseType: 'stream' }));
    await api.server.tokenEndpoint.received(2);
    controller.abort();

    await closed;
    expect(axios.isCancel(await call)).toBe(true);
    api.server.tokenEndpoint.release();
  });

  it.each([
    ['a text', '5000'],
    ['more than a timer holds', 2 ** 31],
    ['none', 0],
  ])('treats a timeout that is %s as axios does', async (_, timeout) => {
    await using api = await startApiUnderTest({ axios: { adapter } });

    const response = await api.http.get('/a', { timeout: timeout as number });

    expect(response.status).toBe(200);
  });

  it('covers the wait for the token with the call’s timeout', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.tokenEndpoint.hold();

    const error = await failureOf(api.http.get('/a', { timeout: 30 }));
    api.server.tokenEndpoint.release();

    expect(error).toMatchObject({ code: 'ECONNABORTED', message: 'timeout of 30ms exceeded' });
    await api.http.get('/b');
    expect(api.server.tokenRequests).toHaveLength(1);
  });

  it('counts the wait for the token and the call itself as one timeout', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.tokenEndpoint.answerNext(1, 'usual');
    api.server.api.answerNext(1, 'hang');

    const error = await failureOf(api.http.get('/a', { timeout: 60 }));

    expect(error.message).toBe('timeout of 60ms exceeded');
    expect(shown(error)).not.toContain(api.server.issued[0]?.value);
  });

  it('covers the wait for the token with the call’s signal', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.tokenEndpoint.hold();
    const controller = new AbortController();

    const call = failureOf(api.http.get('/a', { signal: controller.signal }));
    await api.server.tokenEndpoint.received(1);
    controller.abort();

    expect(axios.isCancel(await call)).toBe(true);
    api.server.tokenEndpoint.release();
  });

  it('covers the wait for the token with the call’s cancel token', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.tokenEndpoint.hold();
    const { token, cancel } = axios.CancelToken.source();

    const call = failureOf(api.http.get('/a', { cancelToken: token }));
    await api.server.tokenEndpoint.received(1);
    cancel('enough');

    expect(await call).toMatchObject({ message: 'enough', code: 'ERR_CANCELED' });
    api.server.tokenEndpoint.release();
  });

  it('adds one header and replays once if the instance is authorized twice', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    authorizeAxios(api.http, api.source);
    await api.http.get('/warm');
    api.server.revoke();

    await api.http.get('/a');

    expect(api.server.apiRequests).toHaveLength(3);
    expect(api.server.tokenRequests).toHaveLength(2);
  });

  it('is restored by detach()', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    const { config } = await api.http.get('/a');
    api.detach();

    await failureOf(api.http.get('/b'));
    await failureOf(api.http.request(config));

    expect(bearersOf(api.server).slice(1)).toEqual([undefined, undefined]);
  });

  it('authorizes a config that is sent again', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    const { config } = await api.http.post('/a', { n: 1 });

    await api.http.request(config);

    expect(bearersOf(api.server)).toEqual(
      Array.from({ length: 2 }, () => `Bearer ${api.server.issued[0]?.value}`),
    );
    expect(api.server.apiRequests[1]?.headers['content-type']).toBe('application/json');
  });
});

describe('an authorized axios instance', () => {
  it('wraps the adapter of a single call, also an adapter set by a later interceptor', async () => {
    await using api = await startApiUnderTest();

    await api.http.get('/a', { adapter: 'fetch' });
    const early = axios.create({ baseURL: api.server.apiUrl });
    early.interceptors.request.use((config) => {
      config.adapter = 'fetch';
      return config;
    });
    authorizeAxios(early, api.source);
    await early.get('/b');

    const bearer = `Bearer ${api.server.issued[0]?.value}`;
    expect(bearersOf(api.server)).toEqual([bearer, bearer]);
    expect(api.server.apiRequests.map(({ headers }) => headers.connection)).toEqual([
      'keep-alive',
      'keep-alive',
    ]);
  });

  it.each(['yet to be asked for', 'there'])(
    'hands an adapter that is a function the call as it is, and the token, which is %s',
    async (token) => {
      await using api = await startApiUnderTest();
      if (token === 'there') await api.source.getToken();
      const seen: unknown[] = [];
      const adapter: AxiosAdapter = async (config) => {
        seen.push(config.headers.get('Authorization'), config.url, config.baseURL);
        return { data: 'ok', status: 200, statusText: 'OK', headers: {}, config };
      };

      const { config } = await api.http.get('/a', { adapter });

      expect(seen).toEqual([`Bearer ${api.server.issued[0]?.value}`, '/a', api.server.apiUrl]);
      expect(Object.keys(config.headers)).not.toContain('Authorization');
      expect(config.maxRedirects).toBeUndefined();
    },
  );

  it('leaves no token in a config that an interceptor keeps, not even during the call', async () => {
    await using api = await startApiUnderTest();
    const kept: InternalAxiosRequestConfig[] = [];
    api.http.interceptors.request.use((config) => (kept.push(config), config));
    const adapter: AxiosAdapter = async (config) => {
      expect(config.headers.has('Authorization')).toBe(true);
      expect(shown(kept)).not.toContain(api.server.issued[0]?.value);
      return { data: 'ok', status: 200, statusText: 'OK', headers: {}, config };
    };

    const answers = [await api.http.get('/cold', { adapter }), await api.http.get('/warm', { adapter })];

    expect(answers.map(({ config }) => config)).toEqual(kept);
    expect(answers[1]?.config).toBe(kept[1]);
  });

  it('leaves no token in a config that is sent again and kept by a later interceptor', async () => {
    await using api = await startApiUnderTest();
    const kept: InternalAxiosRequestConfig[] = [];
    const adapter: AxiosAdapter = async (config) => {
      expect(config.headers.has('Authorization')).toBe(true);
      expect(shown(kept)).not.toContain(api.server.issued[0]?.value);
      return { data: 'ok', status: 200, statusText: 'OK', headers: {}, config };
    };
    await api.source.getToken();
    const { config } = await api.http.get('/a', { adapter });
    api.http.interceptors.request.use((given) => (kept.push(given), given));

    await api.http.request(config);

    expect(kept).toHaveLength(1);
  });

  it.each<[string, (fail: () => never) => Promise<never>]>([
    ['at once', (fail) => fail()],
    ['later', async (fail) => fail()],
  ])('fails with the error of its adapter, %s, and leaves no token behind', async (_, failing) => {
    await using api = await startApiUnderTest();
    await api.source.getToken();
    const adapter: AxiosAdapter = (config) =>
      failing(() => {
        throw new AxiosError('no way', 'ERR_NO_WAY', config, { headers: config.headers.toJSON() });
      });

    const error = await failureOf(api.http.get('/a?x=1', { adapter }));

    expect(error).toMatchObject({ code: 'ERR_NO_WAY', request: { method: 'GET', path: '/a?x=1' } });
    expect(shown(error)).not.toContain(api.server.issued[0]?.value);
  });

  it('leaves no token in headers that a transform keeps, not even during the call', async () => {
    await using api = await startApiUnderTest();
    await api.source.getToken();
    const kept: unknown[] = [];
    const adapter: AxiosAdapter = async (config) => {
      expect(config.headers.has('Authorization')).toBe(true);
      expect(shown(kept)).not.toContain(api.server.issued[0]?.value);
      return { data: 'ok', status: 200, statusText: 'OK', headers: {}, config };
    };

    await api.http.get('/a', {
      adapter,
      transformRequest(data, headers) {
        kept.push(this, headers);
        return data as unknown;
      },
    });

    expect(kept).toHaveLength(2);
  });

  it('removes its header after an adapter that writes the header in another case', async () => {
    const dialect = { authorization: { header: 'x-api-key', scheme: '' } };
    await using api = await startApiUnderTest({ server: { dialect } });
    await api.source.getToken();
    const adapter: AxiosAdapter = async (config) => {
      config.headers.normalize(true);
      return axios.getAdapter('http')(config);
    };

    const { config } = await api.http.get('/a', { adapter });

    expect(shown(config)).not.toContain(api.server.issued[0]?.value);
  });

  it.each<[string, (config: InternalAxiosRequestConfig) => void]>([
    ['the body', (config) => (config.data = `<${config.data}>`)],
    ['the address', (config) => (config.url = `/v2${config.url}`)],
    ['the params', (config) => (config.params = { ...config.params, n: Number(config.params?.n ?? 0) + 1 })],
    ['the method', (config) => (config.method = config.method === 'post' ? 'put' : 'delete')],
  ])('replays the original call after an adapter that changes %s', async (_, change) => {
    await using api = await startApiUnderTest();
    await api.http.get('/warm');
    api.server.revoke();
    const adapter: AxiosAdapter = async (config) => {
      change(config);
      return axios.getAdapter('http')(config);
    };

    await api.http.post('/a', { n: 1 }, { adapter });

    const [, refused, replayed] = api.server.apiRequests;
    expect([refused?.status, replayed?.status]).toEqual([401, 200]);
    expect([replayed?.method, replayed?.url, replayed?.text]).toEqual([
      refused?.method,
      refused?.url,
      refused?.text,
    ]);
  });

  it.each(['alone', 'beside another interceptor'])(
    'sends all headers by an adapter of another copy of axios, %s, also when it replays or follows a redirect',
    async (where) => {
      await using api = await startApiUnderTest();
      const adapter: AxiosAdapter = (config) => otherAxios.getAdapter('http')(config as never) as never;
      const http = otherAxios.create({ baseURL: api.server.apiUrl, adapter: adapter as never });
      authorizeAxios(http as unknown as AxiosInstance, api.source);
      if (where !== 'alone') http.interceptors.request.use((config) => config);

      await http.post('/cold', { n: 1 }, { headers: { 'X-Mine': '1' } });
      await http.post('/warm', { n: 1 }, { headers: { 'X-Mine': '1' } });
      api.server.api.answerNext(1, { redirectTo: '/there', status: 307 });
      await http.post('/moved', { n: 1 }, { headers: { 'X-Mine': '1' } });
      api.server.revoke();
      await http.post('/refused', { n: 1 }, { headers: { 'X-Mine': '1' } });

      const sent = api.server.apiRequests.map(({ url, headers, token }) => [
        url,
        token === undefined ? undefined : api.server.issued.findIndex(({ value }) => value === token),
        headers['x-mine'],
        headers['content-type'],
      ]);
      expect(sent).toEqual([
        ['/cold', 0, '1', 'application/json'],
        ['/warm', 0, '1', 'application/json'],
        ['/moved', 0, '1', 'application/json'],
        ['/there', 0, '1', 'application/json'],
        ['/refused', 0, '1', 'application/json'],
        ['/refused', 1, '1', 'application/json'],
      ]);
    },
  );

  it.each(['cold', 'warm'])('resolves URLs as axios does, %s', async (start) => {
    await using api = await startApiUnderTest();
    if (start === 'warm') await api.source.getToken();
    const url = new URL('/of-an-object', api.server.apiUrl) as unknown as string;

    await api.http.get(url);
    await api.http.request({ url: null as unknown as string });

    const bearer = `Bearer ${api.server.issued[0]?.value}`;
    expect(api.server.apiRequests.map((request) => request.url)).toEqual(['/of-an-object', '/']);
    expect(bearersOf(api.server)).toEqual([bearer, bearer]);
  });

  it('reads a reused request object anew for each call', async () => {
    await using api = await startApiUnderTest();
    const request = { scope: 'read' };
    const derived = api.source.with(request);
    api.http.interceptors.request.use((config) => {
      request.scope = config.method === 'get' ? 'read' : 'write';
      return { ...config, clientCredentials: request };
    });

    await api.http.get('/a');
    await api.http.post('/b');
    await api.http.get('/c');
    request.scope = 'other';
    const [own, others] = [await derived.getToken(), await api.source.getToken(request)];

    const scopes = api.server.tokenRequests.map(({ parameters }) => parameters['scope']);
    expect(scopes).toEqual(['read', 'write', 'other']);
    const [read, write, other] = api.server.issued.map(({ value }) => value);
    expect(api.server.apiRequests.map(({ token }) => token)).toEqual([read, write, read]);
    expect([own.value, others.value]).toEqual([read, other]);
  });

  it('replays with the original token request, even if the object has changed', async () => {
    await using api = await startApiUnderTest();
    const request = { scope: 'read' };
    await api.source.getToken(request);
    api.server.api.answerNext(1, (_, answer) => {
      request.scope = 'write';
      answer.writeHead(401).end();
    });

    await api.http.get('/a', { clientCredentials: request });

    expect(api.server.tokenRequests.map(({ parameters }) => parameters['scope'])).toEqual(['read', 'read']);
  });

  it('emits an error on an unread stream with listeners when the call is aborted', async () => {
    await using api = await startApiUnderTest();
    api.server.api.answerNext(1, (_, answer) => void answer.writeHead(200).write('begun'));
    const controller = new AbortController();
    const config: AxiosRequestConfig = { responseType: 'stream', signal: controller.signal };
    const { data } = await api.http.get<Readable>('/a', config);
    const told: Promise<AxiosError> = new Promise((resolve) => void data.once('error', resolve));

    controller.abort();

    const error = await told;
    expect(error.code).toBe('ERR_CANCELED');
    expect(shown(error)).not.toContain(api.server.issued[0]?.value);
  });

  it('ends a stream without listeners without an unhandled error', async () => {
    await using api = await startApiUnderTest();
    api.server.api.answerNext(1, (_, answer) => void answer.writeHead(200).write('begun'));
    const controller = new AbortController();
    const config: AxiosRequestConfig = { responseType: 'stream', signal: controller.signal };
    const { data } = await api.http.get<Readable>('/a', config);
    const closed = new Promise((resolve) => void data.once('close', resolve));

    controller.abort();

    await closed;
    expect(data.destroyed).toBe(true);
  });

  it('can be authorized for another source any number of times', async () => {
    await using api = await startApiUnderTest();
    let { detach } = api;
    for (let turn = 0; turn < 10_000; turn += 1) {
      const next = authorizeAxios(api.http, api.source);
      detach();
      detach = next;
    }

    await api.http.get('/a');
    detach();
    await failureOf(api.http.get('/b'));

    expect(bearersOf(api.server)).toEqual([`Bearer ${api.server.issued[0]?.value}`, undefined]);
    expect(Object.hasOwn(api.http.interceptors.request, 'forEach')).toBe(false);
  });

  it('does not affect other instances, including instances created later from the same axios', async () => {
    await using server = await startAuthorizationServer();
    await using api = await startApiUnderTest();
    const detach = authorizeAxios(axios, api.source);
    try {
      const other = axios.create({ baseURL: api.server.apiUrl });

      await axios.get(`${api.server.apiUrl}/mine`);
      await failureOf(other.get('/theirs'));
      await failureOf(axios.get(`${server.apiUrl}/elsewhere`));
    } finally {
      detach();
    }

    expect(api.server.apiRequests.map(({ token }) => token)).toEqual([
      api.server.issued[0]?.value,
      undefined,
    ]);
    expect(server.apiRequests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('requests its token without interceptors and defaults of the global axios', async () => {
    await using api = await startApiUnderTest();
    const seen: (string | undefined)[] = [];
    const id = axios.interceptors.request.use((config) => (seen.push(config.url), config));
    const detach = authorizeAxios(axios, api.source);
    axios.defaults.headers.common['X-Global'] = 'set';
    try {
      await axios.get(`${api.server.apiUrl}/a`);
    } finally {
      delete axios.defaults.headers.common['X-Global'];
      axios.interceptors.request.eject(id);
      detach();
    }

    expect(seen).toEqual([`${api.server.apiUrl}/a`]);
    expect(api.server.tokenRequests.map(({ headers }) => headers['x-global'])).toEqual([undefined]);
    expect(api.server.apiRequests[0]?.headers['x-global']).toBe('set');
  });

  it('serves calls of two scopes if the provider keeps one token per client, and warns once', async () => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await using api = await startApiUnderTest({ server: { oneTokenPerClient: true } });

    const statuses: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      for (const scope of ['read', 'write']) {
        statuses.push((await api.http.get(`/${scope}`, { clientCredentials: { scope } })).status);
      }
    }

    expect(statuses).toEqual(Array.from({ length: 10 }, () => 200));
    expect(api.server.tokenRequests).toHaveLength(10);
    expect(emitWarning.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining('seems to keep one token per client'),
    ]);
  });

  it('stops replacing tokens that revoke one another after some rounds', async () => {
    jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await using api = await startApiUnderTest({
      server: { oneTokenPerClient: true },
      axios: { validateStatus: () => true },
    });

    const statuses: number[] = [];
    for (let round = 0; round < 40; round += 1) {
      for (const scope of ['read', 'write']) {
        statuses.push((await api.http.get(`/${scope}`, { clientCredentials: { scope } })).status);
      }
    }

    expect(statuses.at(-1)).toBe(200);
    expect(statuses).toContain(401);
    expect(api.server.tokenRequests.length).toBeLessThan(30);
  });

  it('does not replace a recent replacement that was never accepted, even if another scope got a token since', async () => {
    await using api = await startApiUnderTest({ axios: { validateStatus: () => true } });
    api.server.api.answerNext(Infinity, { status: 401 });

    for (let round = 0; round < 5; round += 1) {
      for (const scope of ['read', 'write']) await api.http.get('/a', { clientCredentials: { scope } });
    }

    expect(api.server.tokenRequests).toHaveLength(4);
  });

  it.each([
    [
      'answers with a copy of the config that names an adapter',
      (http: AxiosInstance) => http.interceptors.request.use((config) => ({ ...config, adapter: 'http' })),
    ],
    ['is cleared with all others', (http: AxiosInstance) => http.interceptors.request.clear()],
  ])('adds the token even if an interceptor %s', async (_, interfere) => {
    await using server = await startAuthorizationServer();
    await using api = await startApiUnderTest({ provider: server.providerConfig });
    const http = axios.create({ baseURL: server.apiUrl });
    interfere(http);
    const detach = authorizeAxios(http, api.source);
    interfere(http);

    await http.get('/a');
    detach();
    await failureOf(http.get('/b'));

    expect(server.apiRequests.map(({ token }) => token !== undefined)).toEqual([true, false]);
  });

  it('appends no stack to an error that many calls share', async () => {
    await using api = await startApiUnderTest();
    api.server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });
    const first = await failureOf(api.http.get('/a'));
    const stack = first.stack;

    for (let call = 0; call < 20; call += 1) await failureOf(api.http.get(`/${call}`));

    expect(first.stack).toBe(stack);
    expect(stack).toContain('ClientCredentialsError: The token request of "desk" was rejected');
  });

  it('requests the scope of a derived source, whatever tokenFor returns', async () => {
    const tokenFor = jest.fn((_call: OutboundCall) => ({ scope: 'read', audience: 'https://x/' }));
    await using api = await startApiUnderTest({ provider: { tokenFor } });
    const http = axios.create({ baseURL: api.server.apiUrl });
    authorizeAxios(http, api.source.with({ scope: 'admin' }));

    await http.get('/a', { headers: { 'X-None': null } });

    expect(api.server.tokenRequests[0]?.parameters).toMatchObject({ scope: 'admin', audience: 'https://x/' });
    expect(Object.values(tokenFor.mock.calls[0]?.[0].headers ?? {})).not.toContain('undefined');
  });
});
