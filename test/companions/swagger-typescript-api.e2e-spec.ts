import type { AxiosInstance } from 'axios';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authorizeAxios } from 'nestjs-client-credentials/core';
import { callsTo, openFetchDesk } from '../support/fetch-desk.js';
import { generateWithSwaggerTypescriptApi, type GeneratedClient } from '../support/generated-client.js';

interface Api {
  readonly instance: AxiosInstance;
  readonly invoices: {
    readInvoice(id: string): Promise<{ status: number; data: unknown }>;
    writeInvoice(id: string, body: object): Promise<{ status: number; data: unknown }>;
  };
}

interface ApiModule {
  Api: new (config: object) => Api;
}

describe('a client of swagger-typescript-api for axios', () => {
  let generated: GeneratedClient;
  let module: ApiModule;

  beforeAll(async () => {
    generated = await generateWithSwaggerTypescriptApi('axios');
    module = await generated.load<ApiModule>('client.js');
  });

  afterAll(async () => {
    await generated[Symbol.asyncDispose]();
  });

  it('sends the token with every call', async () => {
    await using desk = await openFetchDesk();
    const api = new module.Api({ baseURL: desk.server.apiUrl });
    authorizeAxios(api.instance, desk.source);

    const { data } = await api.invoices.readInvoice('7');
    await api.invoices.writeInvoice('7', { total: 1 });

    expect(data).toMatchObject({ path: '/invoices/7' });
    expect(callsTo(desk.server)).toEqual([
      ['GET', '/invoices/7', 0, undefined, ''],
      ['POST', '/invoices/7', 0, 'application/json', '{"total":1}'],
    ]);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('has a call with a body replayed whose token was revoked', async () => {
    await using desk = await openFetchDesk();
    const api = new module.Api({ baseURL: desk.server.apiUrl });
    authorizeAxios(api.instance, desk.source);
    await desk.source.getToken();
    desk.server.revoke();

    const { status } = await api.invoices.writeInvoice('7', { total: 1 });

    expect(status).toBe(200);
    expect(callsTo(desk.server)).toEqual([
      ['POST', '/invoices/7', 0, 'application/json', '{"total":1}'],
      ['POST', '/invoices/7', 1, 'application/json', '{"total":1}'],
    ]);
  });

  it('goes on without a token once it is detached', async () => {
    await using desk = await openFetchDesk();
    const api = new module.Api({ baseURL: desk.server.apiUrl });
    const detach = authorizeAxios(api.instance, desk.source);
    await api.invoices.readInvoice('7');

    detach();
    await api.invoices.readInvoice('8').catch(() => undefined);

    expect(callsTo(desk.server)).toEqual([
      ['GET', '/invoices/7', 0, undefined, ''],
      ['GET', '/invoices/8', undefined, undefined, ''],
    ]);
  });
});

describe('a client of swagger-typescript-api for fetch', () => {
  let generated: GeneratedClient;
  let module: ApiModule;

  beforeAll(async () => {
    generated = await generateWithSwaggerTypescriptApi('fetch');
    module = await generated.load<ApiModule>('client.js');
  });

  afterAll(async () => {
    await generated[Symbol.asyncDispose]();
  });

  it('sends the token with every call, and has one replayed whose token was revoked', async () => {
    await using desk = await openFetchDesk();
    const api = new module.Api({ baseUrl: desk.server.apiUrl, customFetch: desk.fetch });
    await api.invoices.readInvoice('7');
    desk.server.revoke();

    const { status } = await api.invoices.writeInvoice('7', { total: 1 });

    expect(status).toBe(200);
    expect(callsTo(desk.server)).toEqual([
      ['GET', '/invoices/7', 0, undefined, ''],
      ['POST', '/invoices/7', 0, 'application/json', '{"total":1}'],
      ['POST', '/invoices/7', 1, 'application/json', '{"total":1}'],
    ]);
  });
});
