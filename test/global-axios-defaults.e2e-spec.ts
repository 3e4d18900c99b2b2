import axios, { type AxiosDefaults, type AxiosInterceptorManager } from 'axios';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientCredentialsModule,
  TokenClients,
  type ProviderConfig,
  type TokenClient,
} from 'nestjs-client-credentials';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { firstValueFrom } from 'rxjs';

const OWN = 'Bearer of-the-application';

const running: INestApplicationContext[] = [];
const undo: (() => void)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) step();
  await Promise.all(running.splice(0).map((app) => app.close()));
});

async function startClient(
  server: AuthorizationServer,
  provider: Partial<ProviderConfig> = {},
): Promise<TokenClient> {
  const desk = { ...server.providerConfig, tokenRequest: { attempts: 1 }, ...provider };
  @Module({ imports: [ClientCredentialsModule.forRoot({ providers: { desk } })] })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  running.push(app);
  return app.get(TokenClients).get('desk');
}

/** Sets a default of the global axios until the test ends. */
function setDefault(name: keyof AxiosDefaults, value: unknown): void {
  const had = Object.hasOwn(axios.defaults, name);
  const before = axios.defaults[name];
  Reflect.set(axios.defaults, name, value);
  undo.push(() => {
    if (had) Reflect.set(axios.defaults, name, before);
    else Reflect.deleteProperty(axios.defaults, name);
  });
}

function setHeader(group: 'common' | 'get' | 'post', name: string, value: string): void {
  axios.defaults.headers[group][name] = value;
  undo.push(() => void delete axios.defaults.headers[group][name]);
}

/** Puts a transform into one of the arrays that every instance made from the global axios has a part in. */
function push(
  name: 'transformRequest' | 'transformResponse',
  transform: (data: unknown, headers: never) => unknown,
): void {
  const list = axios.defaults[name] as unknown[];
  list.push(transform);
  undo.push(() => void list.splice(list.indexOf(transform), 1));
}

function intercept<T>(manager: AxiosInterceptorManager<T>, interceptor: (value: T) => T): void {
  const id = manager.use(interceptor);
  undo.push(() => manager.eject(id));
}

const pollutions: [string, () => void][] = [
  ['a common Authorization', () => setHeader('common', 'Authorization', OWN)],
  ['a common authorization in lower case', () => setHeader('common', 'authorization', OWN)],
  ['an Authorization of GET', () => setHeader('get', 'Authorization', OWN)],
  ['an Authorization of POST', () => setHeader('post', 'Authorization', OWN)],
  ['a common header of its own', () => setHeader('common', 'X-Api-Key', 'of-the-application')],
  ['a content type of POST', () => setHeader('post', 'Content-Type', 'text/csv')],
  ['auth', () => setDefault('auth', { username: 'application', password: 'password' })],
  ['a base address', () => setDefault('baseURL', 'http://127.0.0.1:1/of-the-application')],
  ['params', () => setDefault('params', { apiKey: 'of-the-application' })],
  ['a params serializer', () => setDefault('paramsSerializer', { serialize: () => 'serialized' })],
  ['an adapter', () => setDefault('adapter', () => Promise.reject(new Error('not this one')))],
  ['a time-out', () => setDefault('timeout', 1)],
  ['a limit of the answer', () => setDefault('maxContentLength', 1)],
  ['a limit of the body', () => setDefault('maxBodyLength', 1)],
  ['a response type', () => setDefault('responseType', 'arraybuffer')],
  ['a validateStatus', () => setDefault('validateStatus', () => false)],
  ['a proxy', () => setDefault('proxy', { host: '127.0.0.1', port: 1 })],
  ['data', () => setDefault('data', { of: 'the application' })],
  ['a transform of requests', () => push('transformRequest', () => 'transformed')],
  [
    'a transform of requests that sets a header',
    () =>
      push('transformRequest', (data, headers: { set(name: string, value: string): void }) => {
        headers.set('Authorization', OWN);
        return data;
      }),
  ],
  ['a transform of answers', () => push('transformResponse', () => 'transformed')],
  ['transforms in place of all others', () => setDefault('transformRequest', [() => 'transformed'])],
  [
    'an interceptor of requests',
    () =>
      intercept(axios.interceptors.request, (config) => {
        config.headers.set('Authorization', OWN);
        return config;
      }),
  ],
  [
    'an interceptor of answers',
    () => intercept(axios.interceptors.response, (response) => ({ ...response, data: 'intercepted' })),
  ],
];

/** What a provider gets, and what the caller: two calls, the second with a token that was revoked. */
async function observed(before: () => void, after: () => void): Promise<unknown> {
  await using server = await startAuthorizationServer({ newToken: (issue) => `token-${issue}` });
  before();
  const client = await startClient(server);
  after();
  const first = await firstValueFrom(client.get<unknown>('/a', { params: { page: 1 } }));
  server.revoke();
  const second = await firstValueFrom(client.post<unknown>('/b', { n: 1 }));
  const third = await firstValueFrom(client.with({ scope: 'read' }).get<unknown>('/c'));
  const requests = [...server.tokenRequests, ...server.apiRequests].map(({ method, url, headers, text }) => {
    const { host: _, ...rest } = headers;
    return { method, url, headers: rest, text };
  });
  return { requests, answers: [first, second, third].map(({ status, data }) => ({ status, data })) };
}

const nothing = (): void => undefined;

describe('a token client', () => {
  it.each(pollutions)(
    'starts from axios’s own defaults where the global axios was given %s',
    async (_, pollute) => {
      const clean = await observed(nothing, nothing);

      const polluted = await observed(pollute, nothing);

      expect(polluted).toEqual(clean);
      expect(JSON.stringify(polluted)).not.toContain('of-the-application');
    },
  );

  it.each(pollutions)('stays as it is where the global axios is given %s later on', async (_, pollute) => {
    const clean = await observed(nothing, nothing);

    const polluted = await observed(nothing, pollute);

    expect(polluted).toEqual(clean);
  });

  it('puts its token into a header of its own, whatever the global axios sends there', async () => {
    const dialect = { authorization: { header: 'X-Api-Key', scheme: '' } };
    await using server = await startAuthorizationServer({ dialect });
    setHeader('common', 'X-Api-Key', 'of-the-application');
    const client = await startClient(server);
    await firstValueFrom(client.get('/a'));
    server.revoke();

    const { status } = await firstValueFrom(client.get('/b'));

    const [first, second] = server.issued.map(({ value }) => value);
    expect(status).toBe(200);
    expect(server.apiRequests.map(({ headers }) => headers['x-api-key'])).toEqual([first, first, second]);
  });

  it('still has what its provider’s own options say', async () => {
    await using server = await startAuthorizationServer();
    setHeader('common', 'X-Mine', 'of-the-application');
    const api = {
      baseURL: `${server.apiUrl}/v2`,
      params: { page: 2 },
      headers: { 'X-Mine': 'of-the-provider' },
    };
    const client = await startClient(server, { api });

    await firstValueFrom(client.get('/a'));

    expect(server.apiRequests.map(({ url, headers }) => [url, headers['x-mine']])).toEqual([
      ['/v2/a?page=2', 'of-the-provider'],
    ]);
  });

  it('leaves the global axios as it is', async () => {
    await using server = await startAuthorizationServer();
    const before = JSON.stringify(axios.defaults);
    const client = await startClient(server);
    client.axiosRef.defaults.headers.common['X-Mine'] = 'of-the-client';
    client.axiosRef.interceptors.request.use((config) => config);

    await firstValueFrom(client.get('/a'));

    expect(JSON.stringify(axios.defaults)).toBe(before);
    expect(axios.defaults.headers.common['X-Mine']).toBeUndefined();
  });
});
