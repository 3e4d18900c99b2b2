import { describe, expect, it } from '@jest/globals';
import ky from 'ky';
import { callsTo, openFetchDesk } from '../support/fetch-desk.js';
import { errorOf } from '../support/outcome.js';

describe('ky over an authorized fetch', () => {
  it('sends the token with every call', async () => {
    await using desk = await openFetchDesk();
    const client = ky.create({ prefixUrl: desk.server.apiUrl, fetch: desk.fetch });

    await client.get('a').json();
    await client.post('b', { json: { n: 1 } }).json();

    expect(callsTo(desk.server)).toEqual([
      ['GET', '/a', 0, undefined, ''],
      ['POST', '/b', 0, 'application/json', '{"n":1}'],
    ]);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it.each([
    ['GET', undefined],
    ['POST', { n: 1 }],
    ['PUT', { text: 'ünïcode' }],
    ['PATCH', { n: 2 }],
    ['DELETE', undefined],
  ])('has a %s replayed whose token was revoked, with the same bytes', async (method, json) => {
    await using desk = await openFetchDesk();
    const client = ky.create({ prefixUrl: desk.server.apiUrl, fetch: desk.fetch, retry: 0 });
    await client.get('warm').json();
    desk.server.revoke();

    const response = await client('a', { method, ...(json && { json }) });

    const type = json && 'application/json';
    const text = json === undefined ? '' : JSON.stringify(json);
    expect(response.status).toBe(200);
    expect(callsTo(desk.server).slice(1)).toEqual([
      [method, '/a', 0, type, text],
      [method, '/a', 1, type, text],
    ]);
  });

  it('retries by itself with the token, and asks for it once', async () => {
    await using desk = await openFetchDesk();
    const retry = { limit: 2, backoffLimit: 1 };
    const client = ky.create({ prefixUrl: desk.server.apiUrl, fetch: desk.fetch, retry });
    desk.server.api.failNext(1);

    const { status } = await client.put('a', { json: { n: 1 } });

    expect(status).toBe(200);
    expect(callsTo(desk.server)).toEqual([
      ['PUT', '/a', 0, 'application/json', '{"n":1}'],
      ['PUT', '/a', 0, 'application/json', '{"n":1}'],
    ]);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('tells the caller why there is no token', async () => {
    await using desk = await openFetchDesk();
    const client = ky.create({ prefixUrl: desk.server.apiUrl, fetch: desk.fetch, retry: 0 });
    desk.server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });

    const error = await errorOf(client.get('a').json());

    expect(error).toMatchObject({ name: 'ClientCredentialsError', code: 'token_request_rejected' });
  });
});

describe('a Request given to an authorized fetch', () => {
  const MIB = 1_048_576;

  it.each<[string, NonNullable<RequestInit['body']>, string | undefined]>([
    ['a text', '{}', 'text/plain;charset=UTF-8'],
    ['bytes', new Uint8Array([0, 1, 254, 255]), undefined],
    ['a form', new URLSearchParams({ a: '1 & 2' }), 'application/x-www-form-urlencoded;charset=UTF-8'],
    ['a stream', new Blob(['streamed']).stream(), undefined],
    ['just a mebibyte', 'x'.repeat(MIB), 'text/plain;charset=UTF-8'],
    ['an empty text', '', 'text/plain;charset=UTF-8'],
  ])('with %s is replayed with the same bytes', async (_, body, type) => {
    await using desk = await openFetchDesk();
    await desk.source.getToken();
    desk.server.revoke();
    const request = new Request(`${desk.server.apiUrl}/a`, {
      method: 'POST',
      body,
      duplex: 'half',
    });

    const { status } = await desk.fetch(request);

    const [refused, replayed] = desk.server.apiRequests;
    expect(status).toBe(200);
    expect([refused?.status, replayed?.status]).toEqual([401, 200]);
    expect(replayed?.body.equals(refused?.body ?? Buffer.alloc(0))).toBe(true);
    expect([refused?.headers['content-type'], replayed?.headers['content-type']]).toEqual([type, type]);
    expect(request.bodyUsed).toBe(true);
  });

  it('with a form of files is replayed with the same bytes', async () => {
    await using desk = await openFetchDesk();
    await desk.source.getToken();
    desk.server.revoke();
    const body = new FormData();
    body.append('file', new Blob(['\u0000binary'], { type: 'application/pdf' }), 'a.pdf');

    const { status } = await desk.fetch(new Request(`${desk.server.apiUrl}/a`, { method: 'POST', body }));

    const [refused, replayed] = desk.server.apiRequests;
    expect(status).toBe(200);
    expect(replayed?.text).toBe(refused?.text);
    expect(replayed?.headers['content-type']).toBe(refused?.headers['content-type']);
  });

  it('with more than a mebibyte is sent once: the caller gets the 401, and the next call another token', async () => {
    await using desk = await openFetchDesk();
    await desk.source.getToken();
    desk.server.revoke();
    const body = 'x'.repeat(MIB + 1);

    const large = await desk.fetch(new Request(`${desk.server.apiUrl}/a`, { method: 'POST', body }));
    const next = await desk.fetch(`${desk.server.apiUrl}/b`);

    expect([large.status, next.status]).toEqual([401, 200]);
    expect(desk.server.apiRequests.map(({ url, body: sent }) => [url, sent.length])).toEqual([
      ['/a', MIB + 1],
      ['/b', 0],
    ]);
  });

  it('is replayed with the init that goes beside it', async () => {
    await using desk = await openFetchDesk();
    await desk.source.getToken();
    desk.server.revoke();
    const request = new Request(`${desk.server.apiUrl}/a`, { method: 'POST', body: 'of the request' });

    const { status } = await desk.fetch(request, { method: 'PUT', body: 'of the init' });

    expect(status).toBe(200);
    expect(desk.server.apiRequests.map(({ method, text }) => [method, text])).toEqual([
      ['PUT', 'of the init'],
      ['PUT', 'of the init'],
    ]);
  });

  it.each([
    [307, 'POST', 'kept'],
    [308, 'POST', 'kept'],
    [302, 'GET', ''],
    [303, 'GET', ''],
  ])('is followed through a redirect (%i) as fetch does, with the token', async (status, method, text) => {
    await using desk = await openFetchDesk();
    desk.server.api.answerNext(1, { redirectTo: '/there', status });

    const response = await desk.fetch(
      new Request(`${desk.server.apiUrl}/a`, { method: 'POST', body: 'kept' }),
    );

    const { value } = desk.server.issued[0] ?? {};
    expect(response.status).toBe(200);
    expect(desk.server.apiRequests.map((request) => [request.method, request.url, request.text])).toEqual([
      ['POST', '/a', 'kept'],
      [method, '/there', text],
    ]);
    expect(desk.server.apiRequests.map(({ token }) => token)).toEqual([value, value]);
  });

  it('whose signal is aborted before the replay rejects as fetch does', async () => {
    await using desk = await openFetchDesk();
    await desk.source.getToken();
    const controller = new AbortController();
    desk.server.api.answerNext(1, (_, answer) => {
      controller.abort();
      answer.writeHead(401).end();
    });
    const { signal } = controller;

    const call = desk.fetch(new Request(`${desk.server.apiUrl}/a`, { method: 'POST', body: '{}', signal }));

    expect(await errorOf(call)).toMatchObject({ name: 'AbortError' });
    expect(desk.server.apiRequests).toHaveLength(1);
  });
});
