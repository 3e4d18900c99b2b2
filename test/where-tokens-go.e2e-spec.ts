import { lookup } from 'node:dns';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import axios, { type AxiosAdapter } from 'axios';
import { authorizeAxios, TokenManager } from 'nestjs-client-credentials/core';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { bearersOf, startApiUnderTest } from './support/api-under-test.js';

const STATUSES = [301, 302, 303, 307, 308];

function settled(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: unknown) => error);
}

describe.each(['http', 'fetch'] as const)('a token, by the %s adapter,', (adapter) => {
  it.each(STATUSES)('stays on a redirect (%d) to the same origin', async (status) => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.api.answerNext(1, { redirectTo: '/there?q=1', status });

    const response = await api.http.get('/here', { params: { p: '1' } });

    expect(response.data).toMatchObject({ path: '/there' });
    expect(api.server.apiRequests.map(({ url }) => url)).toEqual(['/here?p=1', '/there?q=1']);
    expect(new Set(bearersOf(api.server))).toEqual(new Set([`Bearer ${api.server.issued[0]?.value}`]));
  });

  it.each(STATUSES)(
    'is dropped by a redirect (%d) to another origin, which causes no acquisition',
    async (status) => {
      await using other = await startAuthorizationServer();
      await using api = await startApiUnderTest({ axios: { adapter } });
      api.server.api.answerNext(1, { redirectTo: `${other.apiUrl}/there`, status });

      const outcome = await settled(api.http.post('/here', { n: 1 }));

      expect(outcome).toMatchObject({ response: { status: 401 } });
      expect(other.apiRequests.map(({ headers, method }) => [headers.authorization, method])).toEqual([
        [undefined, status < 304 ? 'GET' : 'POST'],
      ]);
      expect(other.apiRequests[0]?.text).toBe(status < 304 ? '' : '{"n":1}');
      expect(api.server.tokenRequests).toHaveLength(1);
    },
  );

  it.each(STATUSES)('in a custom header is dropped as well (%d)', async (status) => {
    await using other = await startAuthorizationServer();
    const dialect = {
      authorization: { header: 'X-Api-Token', scheme: '' },
      apiHeaders: { 'X-Client': 'desk-7' },
    };
    await using api = await startApiUnderTest({ axios: { adapter }, server: { dialect } });
    api.server.api.answerNext(1, { redirectTo: '/again', status });
    api.server.api.answerNext(1, { redirectTo: `${other.apiUrl}/there`, status });

    await settled(api.http.get('/here'));

    const token = api.server.issued[0]?.value;
    const sent = api.server.apiRequests.map(({ headers }) => [headers['x-api-token'], headers['x-client']]);
    expect(sent).toEqual([
      [token, 'desk-7'],
      [token, 'desk-7'],
    ]);
    expect(other.apiRequests.map(({ headers }) => [headers['x-api-token'], headers['x-client']])).toEqual([
      [undefined, undefined],
    ]);
  });

  it('is sent to another allowed origin', async () => {
    await using other = await startAuthorizationServer();
    await using api = await startApiUnderTest({ axios: { adapter }, provider: { allowedOrigins: [] } });
    await using both = await startApiUnderTest({
      axios: { adapter },
      provider: { ...api.server.providerConfig, allowedOrigins: [api.server.apiUrl, other.apiUrl] },
    });
    api.server.api.answerNext(1, { redirectTo: `${other.apiUrl}/there` });
    other.api.answerNext(1, { status: 200, body: {} });

    await settled(both.http.get(`${api.server.apiUrl}/here`));

    const bearer = `Bearer ${api.server.issued[0]?.value}`;
    expect(bearersOf(api.server)).toEqual([bearer]);
    expect(bearersOf(other)).toEqual([bearer]);
  });

  it('is not shown to the caller’s beforeRedirect', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.api.answerNext(1, { redirectTo: '/there' });
    const shown: string[] = [];

    await api.http.get('/here', {
      beforeRedirect: (...told) => void shown.push(inspect(told, { depth: 8 })),
    });

    expect(shown.join()).not.toContain(api.server.issued[0]?.value);
    expect(bearersOf(api.server)[1]).toBe(`Bearer ${api.server.issued[0]?.value}`);
  });

  it('follows at most maxRedirects redirects', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.api.answerNext(Infinity, { redirectTo: '/round' });

    const none = await settled(api.http.get('/a', { maxRedirects: 0 }));
    const two = await settled(api.http.get('/b', { maxRedirects: 2 }));

    expect(none).toMatchObject({ response: { status: 302 } });
    expect(two).toMatchObject({ code: 'ERR_FR_TOO_MANY_REDIRECTS' });
    expect(api.server.apiRequests).toHaveLength(4);
  });

  it('is not sent to an absolute URL of another origin, nor to a baseURL that an interceptor changed', async () => {
    await using other = await startAuthorizationServer();
    await using api = await startApiUnderTest({ axios: { adapter } });

    await settled(api.http.get(`${other.apiUrl}/absolute`));
    api.http.interceptors.request.use((config) => ({ ...config, baseURL: other.apiUrl }));
    await settled(api.http.get('/relative'));

    expect(bearersOf(other)).toEqual([undefined, undefined]);
    expect(api.server.tokenRequests).toHaveLength(0);
  });

  it('is sent to the URL that axios builds from base and path, whatever the path looks like', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    const { host } = new URL(api.server.apiUrl);

    await api.http.get('/a/../b c?x=ü#hash');
    await settled(api.http.get(`//${host}/protocol-relative`));

    const [first, ...others] = api.server.apiRequests;
    expect([first?.url, first?.status]).toEqual(['/b%20c?x=%C3%BC', 200]);
    // Older versions of axios send this URL as http; newer versions do not send it.
    expect(others.filter(({ token }) => token !== undefined)).toEqual([]);
  });

  it('takes no caller’s header along that has the name of one of the library’s headers', async () => {
    const dialect = { apiHeaders: { 'Client-Id': 'ours' } };
    await using api = await startApiUnderTest({ axios: { adapter }, provider: { dialect } });
    api.server.api.answerNext(1, { redirectTo: '/there' });

    await api.http.get('/here', { headers: { 'client-id': 'mine' } });

    expect(api.server.apiRequests.map(({ headers }) => headers['client-id'])).toEqual(['mine', 'mine']);
  });

  it('exposes the final URL of redirects', async () => {
    await using api = await startApiUnderTest({ axios: { adapter } });
    api.server.api.answerNext(1, { redirectTo: '/there?q=1' });

    const response = await api.http.get('/here');

    expect(response.request).toMatchObject({
      path: '/there?q=1',
      res: { responseUrl: `${api.server.apiUrl}/there?q=1` },
    });
  });

  it('in the query leaves the rest of the query unchanged', async () => {
    const dialect = { authorization: { query: 'access_token' } };
    await using api = await startApiUnderTest({ axios: { adapter }, server: { dialect } });

    const response = await api.http.get("/a?signed=%20b&flag&x=a,b'");

    expect(api.server.apiRequests[0]?.url).toBe(
      `/a?signed=%20b&flag&x=a,b%27&access_token=${api.server.issued[0]?.value}`,
    );
    expect(response.request).toMatchObject({ path: '/a?signed=%20b&flag&x=a,b%27' });
  });

  it('is sent in the query if the dialect has a query name, and is not shown anywhere', async () => {
    const dialect = { authorization: { query: 'access_token' } };
    await using api = await startApiUnderTest({ axios: { adapter }, server: { dialect } });
    await api.http.get('/warm', { params: { a: '1' } });
    api.server.revoke();

    const response = await api.http.get('/a?b=2', { params: { c: '3' } });
    const own = await settled(api.http.get('/own', { params: { access_token: 'mine' } }));

    const [, second] = api.server.issued;
    expect(api.server.apiRequests[2]?.query).toEqual({ access_token: second?.value, b: '2', c: '3' });
    expect(inspect({ ...response, data: undefined }, { depth: 9 })).not.toContain(second?.value);
    expect(response.request).toMatchObject({ path: '/a?b=2&c=3' });
    expect(own).toMatchObject({ response: { status: 401 } });
    expect(api.server.apiRequests.at(-1)?.query).toEqual({ access_token: 'mine' });
  });

  it('is sent to the base URL in its token response', async () => {
    await using api = await startApiUnderTest({ axios: { adapter, baseURL: 'https://login.example.test' } });
    const provider = { ...api.server.providerConfig, dialect: { response: { apiBaseURL: 'instance_url' } } };
    const { value } = api.server.issue();
    const body = { access_token: value, instance_url: `${api.server.apiUrl}/data` };
    api.server.tokenEndpoint.answerNext(1, { body });
    await using named = await startApiUnderTest({ axios: { adapter }, provider: { ...provider, api: {} } });
    delete named.http.defaults.baseURL;

    await named.http.get('/records');

    expect(api.server.apiRequests.map(({ path, token }) => [path, token])).toEqual([
      ['/data/records', value],
    ]);
  });

  it('is not sent if the token response has no base URL', async () => {
    await using other = await startAuthorizationServer();
    await using api = await startApiUnderTest({
      axios: { adapter, baseURL: other.apiUrl },
      provider: { dialect: { response: { apiBaseURL: 'instance_url' } }, allowedOrigins: [] },
    });

    await settled(api.http.get('/records'));

    expect(bearersOf(other)).toEqual([undefined]);
  });

  it('is not sent if no origin is allowed, with one warning', async () => {
    await using api = await startApiUnderTest({ axios: { adapter }, provider: { allowedOrigins: [] } });
    const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

    await settled(api.http.get('/a'));
    await settled(api.http.get('/b'));

    expect(bearersOf(api.server)).toEqual([undefined, undefined]);
    expect(emitWarning.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining('"desk" gets a token, since no origin is allowed'),
    ]);
  });
});

describe('a token', () => {
  it('is not sent to a subdomain', async () => {
    await using server = await startAuthorizationServer();
    const { port } = new URL(server.apiUrl);
    const tokens = new TokenManager({
      providers: { desk: { ...server.providerConfig, api: { baseURL: `http://localhost:${port}` } } },
    });
    const http = axios.create({
      lookup: (_host, options, done) => lookup('127.0.0.1', options, done as never),
    });
    authorizeAxios(http, tokens.source('desk'));

    await http.get(`http://localhost:${port}/a`);
    await settled(http.get(`http://api.localhost:${port}/b`));
    server.api.answerNext(1, { redirectTo: `http://api.localhost:${port}/d` });
    await settled(http.get(`http://localhost:${port}/c`));

    expect(server.apiRequests.map(({ path, token }) => [path, token !== undefined])).toEqual([
      ['/a', true],
      ['/b', false],
      ['/c', true],
      ['/d', false],
    ]);
    await tokens.close();
  });

  it('is not sent over http outside loopback', async () => {
    await using server = await startAuthorizationServer();
    const { port } = new URL(server.apiUrl);
    const base = `http://api.example.test:${port}`;
    const tokens = new TokenManager({
      providers: { desk: { ...server.providerConfig, api: { baseURL: base }, allowedOrigins: [base] } },
    });
    const http = axios.create({
      lookup: (_host, options, done) => lookup('127.0.0.1', options, done as never),
    });
    authorizeAxios(http, tokens.source('desk'));

    await settled(http.get(`${base}/a`));

    expect(bearersOf(server)).toEqual([undefined]);
    await tokens.close();
  });

  it('of one cell is sent to the API of that cell only', async () => {
    await using eu = await startAuthorizationServer();
    await using us = await startAuthorizationServer();
    const tokens = new TokenManager({ providers: { eu: eu.providerConfig, us: us.providerConfig } });
    const http = axios.create();
    authorizeAxios(http, tokens.source('eu'));
    authorizeAxios(http, tokens.source('us'));

    await http.get(`${eu.apiUrl}/a`);
    await http.get(`${us.apiUrl}/b`);

    expect(eu.apiRequests.map(({ token }) => token)).toEqual([eu.issued[0]?.value]);
    expect(us.apiRequests.map(({ token }) => token)).toEqual([us.issued[0]?.value]);
    await tokens.close();
  });
});

describe('a token, by an adapter that is a function,', () => {
  it('is sent to the checked URL, even if an adapter ignores allowAbsoluteUrls', async () => {
    await using other = await startAuthorizationServer();
    await using api = await startApiUnderTest();
    await api.source.getToken();
    const sent: unknown[] = [];

    await api.http.get(`${other.apiUrl}/absolute`, {
      allowAbsoluteUrls: false,
      async adapter(config) {
        const { origin } = new URL(config.url ?? '', config.baseURL || undefined);
        if (config.headers.has('Authorization')) sent.push(origin);
        return { data: '', status: 200, statusText: 'OK', headers: {}, config };
      },
    });

    expect(sent.filter((origin) => origin !== new URL(api.server.apiUrl).origin)).toEqual([]);
  });

  it('discards a response whose redirect the caller forbids', async () => {
    await using api = await startApiUnderTest();
    const data = Readable.from(['a body that nobody will read']);

    const forbidden = await settled(
      api.http.get('/here', {
        adapter: async (config) => {
          return { data, status: 302, statusText: 'Found', headers: { location: '/there' }, config };
        },
        beforeRedirect: () => {
          throw new Error('none of these');
        },
      }),
    );

    expect(String(forbidden)).toContain('none of these');
    expect(data.destroyed).toBe(true);
  });

  it('calls the caller’s beforeRedirect even with an adapter around the adapter of axios', async () => {
    await using api = await startApiUnderTest();
    const adapter: AxiosAdapter = async (config) => axios.getAdapter('http')(config);
    api.server.api.answerNext(2, { redirectTo: '/there', headers: { 'x-hop': '1' } });
    const told: unknown[] = [];

    const forbidden = await settled(
      api.http.get('/here', {
        adapter,
        beforeRedirect: () => {
          throw new Error('none of these');
        },
      }),
    );
    await api.http.post(
      '/here',
      { n: 1 },
      {
        adapter,
        beforeRedirect: (options, answered) => {
          told.push(inspect(options, { depth: 8 }), options['href'], options['method'], answered.statusCode);
          Object.assign(options['headers'] as object, { 'X-Added': '1' });
        },
      },
    );

    expect(String(forbidden)).toContain('none of these');
    expect(api.server.apiRequests.map(({ url }) => url)).toEqual(['/here', '/here', '/there']);
    expect(api.server.apiRequests[2]?.headers['x-added']).toBe('1');
    expect(bearersOf(api.server)[2]).toBe(`Bearer ${api.server.issued[0]?.value}`);
    expect(told).toEqual([
      expect.not.stringContaining(String(api.server.issued[0]?.value)),
      `${api.server.apiUrl}/there`,
      'GET',
      302,
    ]);
  });
});
