import { describe, expect, it } from '@jest/globals';
import createClient from 'openapi-fetch';
import { callsTo, openFetchDesk } from '../support/fetch-desk.js';
import { errorOf } from '../support/outcome.js';

/** As openapi-typescript would generate it. */
interface Paths {
  '/invoices/{id}': {
    parameters: { path: { id: string } };
    get: {
      parameters: { path: { id: string }; query?: { page?: number } };
      responses: { 200: { content: { 'application/json': { path: string } } } };
    };
    post: {
      parameters: { path: { id: string } };
      requestBody: { content: { 'application/json': { total: number } } };
      responses: { 200: { content: { 'application/json': { body: string } } } };
    };
  };
}

describe('openapi-fetch over an authorized fetch', () => {
  it('sends the token with every call', async () => {
    await using desk = await openFetchDesk();
    const client = createClient<Paths>({ baseUrl: desk.server.apiUrl, fetch: desk.fetch });

    const { data } = await client.GET('/invoices/{id}', {
      params: { path: { id: '7' }, query: { page: 2 } },
    });
    await client.POST('/invoices/{id}', { params: { path: { id: '7' } }, body: { total: 1 } });

    expect(data).toMatchObject({ path: '/invoices/7' });
    expect(callsTo(desk.server)).toEqual([
      ['GET', '/invoices/7?page=2', 0, undefined, ''],
      ['POST', '/invoices/7', 0, 'application/json', '{"total":1}'],
    ]);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('has a call with a body replayed whose token was revoked', async () => {
    await using desk = await openFetchDesk();
    const client = createClient<Paths>({ baseUrl: desk.server.apiUrl, fetch: desk.fetch });
    await desk.source.getToken();
    desk.server.revoke();

    const { response, data } = await client.POST('/invoices/{id}', {
      params: { path: { id: '7' } },
      body: { total: 1 },
    });

    expect(response.status).toBe(200);
    expect(data).toMatchObject({ body: '{"total":1}' });
    expect(callsTo(desk.server)).toEqual([
      ['POST', '/invoices/7', 0, 'application/json', '{"total":1}'],
      ['POST', '/invoices/7', 1, 'application/json', '{"total":1}'],
    ]);
  });

  it('takes an authorized fetch for a single call', async () => {
    await using desk = await openFetchDesk();
    const client = createClient<Paths>({ baseUrl: desk.server.apiUrl });

    const { response } = await client.GET('/invoices/{id}', {
      params: { path: { id: '7' } },
      fetch: desk.fetch,
    });

    expect(response.status).toBe(200);
    expect(callsTo(desk.server)).toEqual([['GET', '/invoices/7', 0, undefined, '']]);
  });

  it('tells the caller why there is no token', async () => {
    await using desk = await openFetchDesk();
    const client = createClient<Paths>({ baseUrl: desk.server.apiUrl, fetch: desk.fetch });
    desk.server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });

    const error = await errorOf(client.GET('/invoices/{id}', { params: { path: { id: '7' } } }));

    expect(error).toMatchObject({ name: 'ClientCredentialsError', code: 'token_request_rejected' });
  });
});
