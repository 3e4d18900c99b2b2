import axios, { type AxiosInstance } from 'axios';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authorizeAxios, TokenManager, type TokenSource } from 'nestjs-client-credentials/core';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { callsTo, openFetchDesk } from '../support/fetch-desk.js';
import { generateWithHeyApi, type GeneratedClient } from '../support/generated-client.js';

interface Answer {
  readonly status?: number;
  readonly response?: { readonly status: number };
  readonly error?: unknown;
}

interface Client {
  readonly instance: AxiosInstance;
  setConfig(config: object): unknown;
}

interface ClientModule {
  createClient(config?: object): Client;
  createConfig(config?: object): object;
}

interface Sdk {
  readInvoice(options: object): Promise<Answer>;
  writeInvoice(options: object): Promise<Answer>;
}

const SEVENTH = { path: { id: '7' } };
const WRITTEN = { ...SEVENTH, body: { total: 1 } };

interface Desk extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly source: TokenSource;
}

/** A provider that names no API: tokens go to the base address of the instance, whatever that is. */
async function openDesk(): Promise<Desk> {
  const server = await startAuthorizationServer();
  const { api: _, ...config } = server.providerConfig;
  const tokens = new TokenManager({ providers: { desk: config } });
  return {
    server,
    source: tokens.source('desk'),
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await server.close();
    },
  };
}

describe('a client of @hey-api/openapi-ts for axios', () => {
  let generated: GeneratedClient;
  let sdk: Sdk;
  let newClient: (config?: object) => Client;

  beforeAll(async () => {
    generated = await generateWithHeyApi('axios');
    sdk = await generated.load<Sdk>('sdk.gen.js');
    const module = await generated.load<ClientModule>('client/index.js');
    newClient = (config) => module.createClient(module.createConfig(config));
  });

  afterAll(async () => {
    await generated[Symbol.asyncDispose]();
  });

  it('gets a token for the address that it was made with', async () => {
    await using desk = await openDesk();
    const client = newClient({ baseURL: desk.server.apiUrl });
    authorizeAxios(client.instance, desk.source);

    await sdk.readInvoice({ ...SEVENTH, client });
    await sdk.writeInvoice({ ...WRITTEN, client });

    expect(callsTo(desk.server)).toEqual([
      ['GET', '/invoices/7', 0, undefined, ''],
      ['POST', '/invoices/7', 0, 'application/json', '{"total":1}'],
    ]);
  });

  it('gets a token for an address that is set after it was authorized', async () => {
    await using desk = await openDesk();
    const client = newClient({ baseURL: 'https://api.example.com' });
    authorizeAxios(client.instance, desk.source);

    client.setConfig({ baseURL: desk.server.apiUrl });
    const { status } = await sdk.readInvoice({ ...SEVENTH, client });

    expect(status).toBe(200);
    expect(callsTo(desk.server)).toEqual([['GET', '/invoices/7', 0, undefined, '']]);
  });

  it('gets a token for each address that is set, one after the other, and none for an earlier one', async () => {
    await using desk = await openDesk();
    await using other = await startAuthorizationServer();
    const client = newClient({ baseURL: other.apiUrl });
    authorizeAxios(client.instance, desk.source);
    const { instance } = client;

    client.setConfig({ baseURL: desk.server.apiUrl });
    await sdk.readInvoice({ ...SEVENTH, client });
    client.setConfig({ baseURL: `${desk.server.apiUrl}/v2` });
    await sdk.readInvoice({ ...SEVENTH, client });
    await instance.get(`${other.apiUrl}/elsewhere`).catch(() => undefined);

    expect(callsTo(desk.server).map((call) => (call as unknown[]).slice(1, 3))).toEqual([
      ['/invoices/7', 0],
      ['/v2/invoices/7', 0],
    ]);
    expect(other.apiRequests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('keeps its token where other settings are set after it was authorized', async () => {
    await using desk = await openDesk();
    const client = newClient({ baseURL: desk.server.apiUrl });
    authorizeAxios(client.instance, desk.source);

    client.setConfig({ headers: { 'X-Mine': '1' }, timeout: 10_000, adapter: 'http' });
    const { status } = await sdk.readInvoice({ ...SEVENTH, client });

    expect(status).toBe(200);
    expect(desk.server.apiRequests[0]?.headers).toMatchObject({ 'x-mine': '1' });
  });

  it('has a call replayed whose token was revoked', async () => {
    await using desk = await openDesk();
    const client = newClient({ baseURL: 'https://api.example.com' });
    authorizeAxios(client.instance, desk.source);
    client.setConfig({ baseURL: desk.server.apiUrl });
    await desk.source.getToken();
    desk.server.revoke();

    const { status } = await sdk.writeInvoice({ ...WRITTEN, client });

    expect(status).toBe(200);
    expect(callsTo(desk.server)).toEqual([
      ['POST', '/invoices/7', 0, 'application/json', '{"total":1}'],
      ['POST', '/invoices/7', 1, 'application/json', '{"total":1}'],
    ]);
  });

  it('sends through an instance that it is given', async () => {
    await using desk = await openDesk();
    const http = axios.create({ baseURL: desk.server.apiUrl });
    authorizeAxios(http, desk.source);
    const client = newClient({ baseURL: desk.server.apiUrl, axios: http });

    const { status } = await sdk.readInvoice({ ...SEVENTH, client });

    expect(status).toBe(200);
    expect(callsTo(desk.server)).toEqual([['GET', '/invoices/7', 0, undefined, '']]);
  });

  it('tells its caller why there is no token', async () => {
    await using desk = await openDesk();
    const client = newClient({ baseURL: desk.server.apiUrl });
    authorizeAxios(client.instance, desk.source);
    desk.server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });

    const answer = sdk.readInvoice({ ...SEVENTH, client, throwOnError: true });

    await expect(answer).rejects.toMatchObject({ code: 'token_request_rejected' });
  });
});

describe('a client of @hey-api/openapi-ts for fetch', () => {
  let generated: GeneratedClient;
  let sdk: Sdk;
  let newClient: (config: object) => Client;

  beforeAll(async () => {
    generated = await generateWithHeyApi('fetch');
    sdk = await generated.load<Sdk>('sdk.gen.js');
    const module = await generated.load<ClientModule>('client/index.js');
    newClient = (config) => module.createClient(module.createConfig(config));
  });

  afterAll(async () => {
    await generated[Symbol.asyncDispose]();
  });

  it('sends the token with every call', async () => {
    await using desk = await openFetchDesk();
    const client = newClient({ baseUrl: desk.server.apiUrl, fetch: desk.fetch });

    await sdk.readInvoice({ ...SEVENTH, client });
    await sdk.writeInvoice({ ...WRITTEN, client });

    expect(callsTo(desk.server)).toEqual([
      ['GET', '/invoices/7', 0, undefined, ''],
      ['POST', '/invoices/7', 0, 'application/json', '{"total":1}'],
    ]);
  });

  it('has a call with a body replayed whose token was revoked', async () => {
    await using desk = await openFetchDesk();
    const client = newClient({ baseUrl: desk.server.apiUrl, fetch: desk.fetch });
    await desk.source.getToken();
    desk.server.revoke();

    const { response } = await sdk.writeInvoice({ ...WRITTEN, client });

    expect(response?.status).toBe(200);
    expect(callsTo(desk.server)).toEqual([
      ['POST', '/invoices/7', 0, 'application/json', '{"total":1}'],
      ['POST', '/invoices/7', 1, 'application/json', '{"total":1}'],
    ]);
  });
});

describe('an axios instance whose defaults are replaced by others', () => {
  it.each<[string, (http: AxiosInstance, baseURL: string) => void]>([
    ['by another object', (http, baseURL) => (http.defaults = { ...http.defaults, baseURL })],
    ['by one frozen', (http, baseURL) => (http.defaults = Object.freeze({ ...http.defaults, baseURL }))],
    ['by the same object with another address', (http, baseURL) => (http.defaults.baseURL = baseURL)],
    ['by those of another instance', (http, baseURL) => (http.defaults = axios.create({ baseURL }).defaults)],
  ])('%s, gets tokens for calls to the new address', async (_, replace) => {
    await using desk = await openDesk();
    const http = axios.create({ baseURL: 'https://api.example.com' });
    authorizeAxios(http, desk.source);

    replace(http, desk.server.apiUrl);
    await http.get(`${desk.server.apiUrl}/a`).catch(() => undefined);

    expect(callsTo(desk.server)).toEqual([['GET', '/a', 0, undefined, '']]);
  });
});
