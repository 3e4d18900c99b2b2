import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import axios, {
  AxiosError,
  type AxiosAdapter,
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosStatic,
  type InternalAxiosRequestConfig,
} from 'axios';
import { authorizeAxios, authorizeFetch } from 'nestjs-client-credentials/core';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import {
  bearersOf,
  failureOf,
  shown,
  startApiUnderTest,
  type ApiUnderTest,
} from './support/api-under-test.js';

// The CommonJS build of axios: a second copy of axios in this process, with its own classes.
const axiosOfCommonJs = createRequire(import.meta.url)('axios-1.12') as AxiosStatic;

const answerAtOnce: AxiosAdapter = async (config) => ({
  data: 'ok',
  status: 200,
  statusText: 'OK',
  headers: {},
  config,
});

/** Whether the inspection of a value contains the current token. */
function showsToken({ server }: ApiUnderTest, value: unknown): boolean {
  return shown(value).includes(server.issued.at(-1)?.value ?? '');
}

describe.each(['http', 'fetch'])('an instance of another copy of axios, with its %s adapter', (adapter) => {
  it('sends all its headers and parses the response headers, also in a replay', async () => {
    await using api = await startApiUnderTest();
    const http = axiosOfCommonJs.create({ baseURL: api.server.apiUrl, adapter });
    authorizeAxios(http, api.source);
    const send = () => http.post('/a', { n: 1 }, { headers: { 'X-Mine': '1' } });

    const answers = [await send(), await send()];
    api.server.revoke();
    answers.push(await send());

    const sent = api.server.apiRequests.map(({ token, headers, text }) => [
      api.server.issued.findIndex(({ value }) => value === token),
      headers['x-mine'],
      headers['content-type'],
      text,
    ]);
    expect(sent).toEqual([0, 0, 0, 1].map((token) => [token, '1', 'application/json', '{"n":1}']));
    expect(answers.map(({ headers }) => String(headers['content-type']))).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/^application\/json/)),
    );
  });

  it('rejects with errors that do not show the token', async () => {
    await using api = await startApiUnderTest();
    const http = axiosOfCommonJs.create({ baseURL: api.server.apiUrl, adapter });
    authorizeAxios(http, api.source);
    api.server.api.answerNext(2, { status: 400, body: { reason: 'x' } });

    const errors = [await failureOf(http.get('/cold')), await failureOf(http.get('/warm'))];

    expect(errors.map(({ response }) => response?.data)).toEqual([{ reason: 'x' }, { reason: 'x' }]);
    expect(showsToken(api, errors)).toBe(false);
  });
});

describe('an error that is not of axios', () => {
  const form = new FormData();
  form.append('a', 'b');

  it.each<[string, AxiosRequestConfig]>([
    ['a plain call', {}],
    ['one with a form', { method: 'post', data: form }],
    ['one whose auth is nothing', { auth: null as never }],
  ])('but has a config or request does not show the token: %s', async (_, call) => {
    await using api = await startApiUnderTest();
    await api.source.getToken();
    const failing =
      (details: (config: InternalAxiosRequestConfig) => object): AxiosAdapter =>
      async (config) => {
        throw Object.assign(new Error('mine'), details(config));
      };
    const ways = [
      failing((config) => ({ config })),
      failing((config) => ({ config: { ...config } })),
      failing((config) => ({ config, request: { headers: config.headers.toJSON() } })),
      failing((config) => ({ config, response: { status: 500, config: { ...config } } })),
    ];

    const errors = [];
    for (const adapter of ways)
      errors.push(await failureOf(api.http.request({ url: '/a', ...call, adapter })));

    expect(errors.map(({ message }) => message)).toEqual(ways.map(() => 'mine'));
    expect(errors.map((error) => showsToken(api, error))).toEqual(ways.map(() => false));
  });

  it('from params that cannot be serialized does not show the token', async () => {
    await using api = await startApiUnderTest();
    await api.source.getToken();
    const paramsSerializer = () => {
      throw new Error('not written');
    };

    const errors = [
      await failureOf(api.http.get('/a', { params: { a: 1 }, paramsSerializer })),
      await failureOf(api.http.post('/a', form, { params: { a: 1 }, paramsSerializer })),
    ];

    expect(errors.map(({ message }) => message)).toEqual(['not written', 'not written']);
    expect(showsToken(api, errors)).toBe(false);
    expect(api.server.apiRequests).toHaveLength(0);
  });

  it('keeps its own properties', async () => {
    await using api = await startApiUnderTest();
    const own = { config: { retries: 3 }, request: 7 };
    const adapter: AxiosAdapter = async () => {
      throw Object.assign(new Error('mine'), own);
    };

    const error = await failureOf(api.http.get('/a', { adapter }));

    expect(error).toMatchObject(own);
  });
});

describe('an error of axios', () => {
  it('that is shared, such as the reason of a cancellation, is unchanged', async () => {
    await using api = await startApiUnderTest({ axios: { adapter: answerAtOnce } });
    await api.source.getToken();
    const { token, cancel } = axios.CancelToken.source();
    const adapter: AxiosAdapter = (config) =>
      new Promise((_, reject) => void config.cancelToken?.promise.then(reject));

    const failures = [1, 2].map((n) => failureOf(api.http.get(`/${n}`, { adapter, cancelToken: token })));
    cancel('enough');
    const [first, second] = await Promise.all(failures);

    expect(first).toBe(second);
    expect(first?.config).toBeUndefined();
  });

  it('may be the cause of its own cause', async () => {
    await using api = await startApiUnderTest();
    await api.source.getToken();
    const adapter: AxiosAdapter = async (config) => {
      const [one, other] = [new AxiosError('one', 'E', config), new AxiosError('other', 'E', config)];
      throw Object.assign(one, { cause: Object.assign(other, { cause: one }) });
    };

    const error = await failureOf(api.http.get('/a', { adapter }));

    expect(error.message).toBe('one');
    expect(showsToken(api, error)).toBe(false);
  });

  it('of the API is unchanged if params can be serialized only once', async () => {
    await using api = await startApiUnderTest();
    await api.source.getToken();
    let writes = 0;
    const paramsSerializer = () => {
      writes += 1;
      if (writes > 1) throw new Error('not again');
      return 'n=1';
    };
    api.server.api.answerNext(1, { status: 400, body: {} });

    const error = await failureOf(api.http.get('/a', { params: { n: 1 }, paramsSerializer }));

    expect(error.response?.status).toBe(400);
    expect(api.server.apiRequests.map(({ url }) => url)).toEqual(['/a?n=1']);
    expect(shown(error)).toContain('/a');
  });
});

describe('a config that an adapter of the application keeps', () => {
  it('still has the token that was sent when the call is over, and the caller’s has none', async () => {
    await using api = await startApiUnderTest();
    const kept: InternalAxiosRequestConfig[] = [];
    const adapter: AxiosAdapter = async (config) => {
      kept.push(config);
      return { data: {}, status: 200, statusText: 'OK', headers: {}, config };
    };

    const { config } = await api.http.get('/a', { adapter });

    expect(kept.map(({ headers }) => headers.get('authorization'))).toEqual([
      `Bearer ${api.server.issued[0]?.value}`,
    ]);
    expect(config.headers.has('authorization')).toBe(false);
  });
});

describe('a config that the application keeps', () => {
  it.each(['an error', 'an answer'])(
    'of %s shows no token when another instance sends it, and keeps it, not even on its way',
    async (what) => {
      await using api = await startApiUnderTest();
      await api.source.getToken();
      const kept: unknown[] = [];
      const other = axios.create();
      other.interceptors.request.use((config) => (kept.push(config), config));
      const adapter: AxiosAdapter = async (config) => {
        expect(showsToken(api, kept)).toBe(false);
        const response = await answerAtOnce(config);
        if (what === 'an answer' || kept.length > 0) return response;
        throw new AxiosError('no', 'E', config, undefined, { ...response, status: 500 });
      };
      const sent = api.http.get('/a', { adapter });
      const { config } = what === 'an answer' ? await sent : await failureOf(sent);

      await other.request(config as InternalAxiosRequestConfig);

      expect(kept).toHaveLength(1);
    },
  );

  it('shows no token when its adapter is called twice at once', async () => {
    await using api = await startApiUnderTest();
    await api.source.getToken();
    const { config } = await api.http.get('/a');
    const { adapter } = config as { adapter: AxiosAdapter };

    const answers = await Promise.all([adapter(config), adapter(config)]);

    expect(bearersOf(api.server)).toEqual(
      Array.from({ length: 3 }, () => `Bearer ${api.server.issued[0]?.value}`),
    );
    expect(showsToken(api, answers)).toBe(false);
  });

  it('does not take the token to another origin if its URL changes during the wait for the token', async () => {
    await using elsewhere = await startAuthorizationServer();
    await using api = await startApiUnderTest();
    const send = async (call: AxiosRequestConfig): Promise<void> => {
      const http: AxiosInstance = axios.create({ baseURL: api.server.apiUrl });
      authorizeAxios(http, api.source.with({ scope: `for-${String(call.url)}` }));
      http.interceptors.request.use((config) => {
        setImmediate(() => (config.baseURL = elsewhere.apiUrl));
        return config;
      });
      await http.request(call).catch(() => undefined);
    };

    await send({ url: '/plain' });
    await send({ url: '/with-a-timeout', timeout: 10_000 });

    expect(elsewhere.apiRequests.map(({ url, token }) => [url, token])).toEqual([
      ['/plain', undefined],
      ['/with-a-timeout', undefined],
    ]);
  });
});

describe('the request of a response', () => {
  it('can be read from a copy, and after the config has changed', async () => {
    await using api = await startApiUnderTest();
    const response = await api.http.get('/a?x=1');
    const request: object = response.request;
    const clone: unknown = Object.create(
      Object.getPrototypeOf(request) as object,
      Object.getOwnPropertyDescriptors(request),
    );
    response.config.baseURL = 'nonsense';

    const texts = [clone, new Proxy(request, {}), request].map(
      (shape) => shown(shape) + JSON.stringify(shape),
    );

    expect(texts[2]).toContain('/a?x=1');
    expect(showsToken(api, [texts, response])).toBe(false);
  });
});

describe.each(['http', 'fetch'])(
  'a call whose token header is named and has no value, by the %s adapter,',
  (adapter) => {
    it.each([
      ['Authorization', undefined],
      ['authorization', undefined],
      ['Authorization', null],
    ])('gets the token: %s %s', async (name, value) => {
      await using api = await startApiUnderTest({ axios: { adapter } });

      const { status } = await api.http.get('/a', { headers: { [name]: value } as never });

      expect(status).toBe(200);
      expect(bearersOf(api.server)).toEqual([`Bearer ${api.server.issued[0]?.value}`]);
    });

    it('gets none where the value is false, by which axios means none', async () => {
      await using api = await startApiUnderTest({ axios: { adapter, validateStatus: () => true } });

      const { status } = await api.http.get('/a', { headers: { Authorization: false } as never });

      expect([status, ...bearersOf(api.server)]).toEqual([401, undefined]);
    });
  },
);

describe('a call whose clientCredentials are wrong', () => {
  it.each([
    [{ scope: 5 }, 'clientCredentials.scope: must be a string or a list of strings'],
    [{ scop: 'x' }, 'clientCredentials.scop: is no option here; did you mean "scope"?'],
    [{ minRemainingSeconds: '60' }, 'clientCredentials.minRemainingSeconds: must be a number of seconds'],
    [true, 'clientCredentials: must be false or an object'],
    ['x', 'clientCredentials: must be false or an object'],
  ])('is not sent, and says what is wrong: %j', async (clientCredentials, says) => {
    await using api = await startApiUnderTest();
    const send = authorizeFetch(api.source);

    const errors = [
      await failureOf(api.http.get('/a', { clientCredentials } as never)),
      await failureOf(send(`${api.server.apiUrl}/a`, { clientCredentials } as never)),
    ];

    for (const error of errors) {
      expect(error).toMatchObject({ code: 'invalid_configuration' });
      expect(error.message).toContain(says);
    }
    expect([api.server.apiRequests.length, api.server.tokenRequests.length]).toEqual([0, 0]);
  });
});

describe('a call', () => {
  it('does not send inherited headers', async () => {
    await using api = await startApiUnderTest();
    await api.source.getToken();
    try {
      Object.assign(Object.prototype, { polluted: 'evil' });
      await api.http.get('/a');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }

    expect(api.server.apiRequests[0]?.headers['polluted']).toBeUndefined();
    expect(api.server.apiRequests[0]?.token).toBeDefined();
  });

  it('with a stream response exposes the properties of the original stream', async () => {
    await using api = await startApiUnderTest();

    const { data } = await api.http.get<IncomingMessage>('/a', { responseType: 'stream' });
    const texts = await data.toArray();

    expect(Buffer.concat(texts).toString()).not.toBe('');
    expect([data.statusCode, data.headers['content-type'], data.complete]).toEqual([
      200,
      expect.stringMatching(/^application\/json/),
      true,
    ]);
    expect(showsToken(api, data)).toBe(false);
  });

  it('with a null adapter uses the default adapter', async () => {
    await using api = await startApiUnderTest();

    await api.http.get('/a', { adapter: null as never });

    expect(api.server.apiRequests[0]?.token).toBeDefined();
  });

  // Axios's fetch adapter never calls beforeRedirect.
  it.each([
    ['http', 1],
    ['fetch', 0],
  ])(
    'does not call beforeRedirect for a redirect beyond the limit, with the %s adapter',
    async (adapter, times) => {
      await using api = await startApiUnderTest({ axios: { adapter } });
      api.server.api.answerNext(2, { redirectTo: '/there', status: 302 });
      let asked = 0;

      const error = await failureOf(
        api.http.get('/a', { maxRedirects: 1, beforeRedirect: () => void (asked += 1) }),
      );

      expect([error.code, asked]).toEqual(['ERR_FR_TOO_MANY_REDIRECTS', times]);
      expect(api.server.apiRequests).toHaveLength(2);
    },
  );

  it('that stays a GET keeps its headers on a redirect, with the fetch adapter as well', async () => {
    await using api = await startApiUnderTest({ axios: { adapter: 'fetch' } });
    api.server.api.answerNext(1, { redirectTo: '/there', status: 302 });

    await api.http.get('/a', { headers: { 'Content-Language': 'de' } });

    expect(api.server.apiRequests.map(({ url, headers }) => [url, headers['content-language']])).toEqual([
      ['/a', 'de'],
      ['/there', 'de'],
    ]);
  });
});
