import { once } from 'node:events';
import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import { text as bodyOf } from 'node:stream/consumers';
import axios, { AxiosError, type AxiosResponse, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { describe, expect, it } from '@jest/globals';
import { Agent as Dispatcher } from 'undici';
import { authorizeAxios, TokenManager, type TokenSource } from 'nestjs-client-credentials/core';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { listen, type Listening } from './support/listen.js';
import { errorOf } from './support/outcome.js';
import { printed } from './support/printed.js';

const SECRET = 'a-secret-nobody-may-see';
const BASIC = Buffer.from(`desk:${SECRET}`).toString('base64');

/** An API, a token endpoint and an instance, all of them with the application's own keep-alive agent. */
interface OwnAgentDesk extends AsyncDisposable {
  readonly agent: Agent;
  readonly http: AxiosInstance;
  readonly source: TokenSource;
  readonly server: AuthorizationServer;
  readonly api: Listening;
  /** The tokens, the secret and what is made of it. */
  readonly secrets: () => string[];
}

async function openDesk(options: { agent?: false; axios?: AxiosRequestConfig } = {}): Promise<OwnAgentDesk> {
  const agent = new Agent({ keepAlive: true });
  const server = await startAuthorizationServer({ clientId: 'desk', clientSecret: SECRET });
  const api = await listen((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://api');
    if (pathname === '/hang') return;
    if (pathname === '/reset') return void request.socket.resetAndDestroy();
    if (pathname === '/headers') return response.writeHead(200).flushHeaders();
    const status = Number(pathname.slice(1)) || 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  const desk = { ...server.providerConfig, tokenRequest: { attempts: 1, axios: { httpAgent: agent } } };
  const tokens = new TokenManager({ providers: { desk } });
  const source = tokens.source('desk');
  const own = options.agent === false ? {} : { httpAgent: agent };
  const http = axios.create({ baseURL: api.url, ...own, ...options.axios });
  authorizeAxios(http, source);
  return {
    agent,
    http,
    source,
    server,
    api,
    secrets: () => [SECRET, BASIC, ...server.issued.map(({ value }) => value)],
    async [Symbol.asyncDispose]() {
      await tokens.close();
      agent.destroy();
      await Promise.all([server.close(), api.close()]);
    },
  };
}

/** Those of the desk's secrets that can be seen in a thing. */
function secretsIn(thing: object, desk: OwnAgentDesk): string[] {
  const text = printed(thing);
  return desk.secrets().filter((secret) => text.includes(secret));
}

type Fault = (desk: OwnAgentDesk) => Promise<unknown>;

/** An upload that is still going on when it is answered. */
function endlessUpload(): Readable {
  let count = 0;
  return Readable.from(
    (async function* chunks() {
      while (count++ < 1_000) {
        yield Buffer.alloc(1024);
        await new Promise((resolve) => setTimeout(resolve, 5).unref());
      }
    })(),
  );
}

const faults: [string, Fault][] = [
  ['that times out', ({ http }) => http.get('/hang', { timeout: 50 })],
  ['that is reset', ({ http }) => http.get('/reset')],
  ['that is aborted', ({ http }) => http.get('/hang', { signal: AbortSignal.timeout(50) })],
  ['that is refused twice', ({ http }) => http.get('/401')],
  ['that is answered 500', ({ http }) => http.get('/500')],
  [
    'whose answer is broken off',
    async ({ http }) => {
      const { data } = await http.get<Readable>('/headers', { responseType: 'stream' });
      data.destroy(new AxiosError('no more'));
      throw await once(data, 'error').then(([error]: unknown[]) => error);
    },
  ],
  ['with an upload that is answered 413', ({ http }) => http.post('/413', endlessUpload())],
  ['with an upload that is answered 500', ({ http }) => http.post('/500', endlessUpload())],
  ['with an upload that times out', ({ http }) => http.post('/hang', endlessUpload(), { timeout: 50 })],
];

describe.each([
  ['the application’s own agent', undefined],
  ['the agent of the process', false],
] as const)('over %s, the error of a call', (_, agent) => {
  it.each(faults)('%s shows no token and no secret', async (_name, fail) => {
    await using desk = await openDesk(agent === undefined ? {} : { agent });

    const error = await errorOf(fail(desk));

    expect(secretsIn(error, desk)).toEqual([]);
  });
});

describe('over the agent of the process', () => {
  it.each([
    ['that goes without a token', { clientCredentials: false }],
    ['with a token of its own', { headers: { authorization: 'Bearer mine' } }],
    ['to another origin', { baseURL: undefined }],
  ])('the error of a call %s, and its answer, show no token of another call', async (_name, config) => {
    await using desk = await openDesk({ agent: false });
    const other = desk.http.get('/hang').catch(() => undefined);
    await desk.server.tokenEndpoint.received(1);
    const base = desk.api.url.replace('127.0.0.1', 'localhost');
    const call = (path: string): Promise<AxiosResponse> =>
      desk.http.get('baseURL' in config ? base + path : path, config as AxiosRequestConfig);

    const error = await errorOf(call('/500'));
    const answer = await call('/200');

    expect(secretsIn(error, desk)).toEqual([]);
    expect(secretsIn(answer, desk)).toEqual([]);
    await desk.api.close();
    await other;
  });
});

describe('over the application’s own agent', () => {
  it.each(faults)('the error of a call %s shows no token of another call on its way', async (_name, fail) => {
    await using desk = await openDesk();
    const others = ['a', 'b'].map((scope) =>
      desk.http.get('/hang', { clientCredentials: { scope } }).catch(() => undefined),
    );
    await desk.server.tokenEndpoint.received(2);

    const error = await errorOf(fail(desk));

    expect(secretsIn(error, desk)).toEqual([]);
    await desk.api.close();
    await Promise.all(others);
  });

  it.each([
    ['that goes without a token', { clientCredentials: false }],
    ['with a token of its own', { headers: { authorization: 'Bearer mine' } }],
  ])('the error of a call %s shows no token of another call on its way', async (_name, config) => {
    await using desk = await openDesk();
    const other = desk.http.get('/hang').catch(() => undefined);
    await desk.server.tokenEndpoint.received(1);

    const error = await errorOf(desk.http.get('/500', config as AxiosRequestConfig));

    expect(error).toMatchObject({ response: { status: 500 }, request: { method: 'GET', path: '/500' } });
    expect(secretsIn(error, desk)).toEqual([]);
    await desk.api.close();
    await other;
  });

  it('the error of a call that gets no token in time does not show the token request on its way', async () => {
    await using desk = await openDesk();
    await desk.source.getToken({ scope: 'a' });
    desk.server.tokenEndpoint.hold();

    const error = await errorOf(desk.http.get('/a', { timeout: 50 }));

    expect(secretsIn(error, desk)).toEqual([]);
    desk.server.tokenEndpoint.release();
  });

  it('the answer of a call shows no token of another call on its way', async () => {
    await using desk = await openDesk();
    const other = desk.http.get('/hang').catch(() => undefined);
    await desk.server.tokenEndpoint.received(1);

    const response = await desk.http.get('/200');
    const answered = await desk.http.get('/200', { clientCredentials: false } as AxiosRequestConfig);

    expect(secretsIn(response, desk)).toEqual([]);
    expect(secretsIn(answered, desk)).toEqual([]);
    await desk.api.close();
    await other;
  });

  it.each([
    ['with a token', {}],
    ['without a token', { clientCredentials: false }],
  ])('the stream that answers a call %s shows no token of another call on its way', async (_name, own) => {
    await using desk = await openDesk();
    const other = desk.http.get('/hang').catch(() => undefined);
    await desk.server.tokenEndpoint.received(1);
    const config = { ...own, responseType: 'stream' } as AxiosRequestConfig;

    const { data, headers } = await desk.http.get<Readable>('/200', config);
    const error = await desk.http
      .get<Readable>('/500', config)
      .catch((thrown: AxiosError<Readable>) => thrown);

    expect(secretsIn(data, desk)).toEqual([]);
    expect(secretsIn(error, desk)).toEqual([]);
    expect(headers['content-type']).toBe('application/json');
    expect(await bodyOf(data)).toBe('{}');
    const body = 'response' in error && error.response ? await bodyOf(error.response.data) : 'no error';
    expect(body).toBe('{}');
    await desk.api.close();
    await other;
  });

  it('calls keep using the agent, whose connections and options stay as they are', async () => {
    await using desk = await openDesk();
    const { options } = desk.agent as Agent & { options: object };
    const before = { ...options };

    for (const path of ['/200', '/200', '/500', '/200']) await desk.http.get(path).catch(() => undefined);

    expect(desk.http.defaults.httpAgent).toBe(desk.agent);
    expect(options).toEqual(before);
    const { host } = new URL(desk.api.url);
    const names = Object.keys(desk.agent.freeSockets).filter((name) => name.startsWith(host));
    expect(names.flatMap((name) => desk.agent.freeSockets[name] ?? [])).toHaveLength(1);
  });

  it('the config of an error may be sent again, through its own instance and another, over the same agent', async () => {
    await using desk = await openDesk();
    const { config } = (await errorOf(desk.http.get('/500'))) as unknown as AxiosError;
    const used: Agent[] = [];
    const { addRequest } = desk.agent as unknown as { addRequest: (...given: unknown[]) => void };
    Object.assign(desk.agent, {
      addRequest(this: Agent, ...given: unknown[]) {
        used.push(this);
        return addRequest.apply(this, given);
      },
    });

    const again = await desk.http.request({ ...config, url: '/200' });
    const elsewhere = await axios.create().request({ ...config, url: '/200' });

    expect([again.status, elsewhere.status]).toEqual([200, 200]);
    expect(used).toEqual([desk.agent, desk.agent]);
  });

  it('a config with an upload that was read already fails with the reason when it is sent again', async () => {
    await using desk = await openDesk();
    const { config } = (await errorOf(desk.http.post('/413', endlessUpload()))) as unknown as AxiosError;

    const error = await errorOf(desk.http.request({ ...config, url: '/200' }));

    expect(error.message).toContain('stream');
    expect(error.message).toContain('once');
  });
});

/** A dispatcher that counts its requests, and ends with its block. */
class DestroyedAtEnd extends Dispatcher implements AsyncDisposable {
  dispatched = 0;

  override dispatch(...given: Parameters<Dispatcher['dispatch']>): boolean {
    this.dispatched += 1;
    return super.dispatch(...given);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.destroy();
  }
}

describe('over the application’s own dispatcher of fetch', () => {
  it('the error of a call shows no token of another call on its way, and its config may be sent again', async () => {
    await using dispatcher = new DestroyedAtEnd();
    await using desk = await openDesk({ axios: { adapter: 'fetch', fetchOptions: { dispatcher } } });
    const others = ['a', 'b'].map((scope) =>
      desk.http.get('/hang', { clientCredentials: { scope } }).catch(() => undefined),
    );
    await desk.server.tokenEndpoint.received(2);

    const error = (await errorOf(desk.http.get('/500'))) as unknown as AxiosError;
    const again = await desk.http.request({ ...error.config, url: '/200' });
    const elsewhere = await axios.create().request({ ...error.config, url: '/200' });

    expect(secretsIn(error, desk)).toEqual([]);
    expect([again.status, elsewhere.status]).toEqual([200, 200]);
    expect(error.config?.fetchOptions?.['dispatcher']).not.toBe(dispatcher);
    expect(dispatcher.dispatched).toBe(5);
    await desk.api.close();
    await Promise.all(others);
  });
});
