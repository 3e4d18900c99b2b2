import axios, { AxiosError, type AxiosAdapter, type AxiosInstance } from 'axios';
import MockAdapter from 'axios-mock-adapter';
import { describe, expect, it } from '@jest/globals';
import { authorizeAxios } from 'nestjs-client-credentials/core';
import { openCompanionDesk, ORDERS } from '../support/companion-order.js';
import { outcomeOf } from '../support/outcome.js';

const STATUSES = [300, 301, 304, 400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503, 504];

/** What a caller sees of the end of a call, apart from the request itself. */
async function seenOf(call: Promise<unknown>): Promise<unknown> {
  const outcome = await outcomeOf(call);
  if (outcome === 'still waiting') return outcome;
  if ('value' in outcome) return { answer: partsOf(outcome.value) };
  const { name, message, code, isAxiosError, response } = outcome.error as AxiosError;
  return { name, message, code, isAxiosError, response: response && partsOf(response) };
}

function partsOf(response: unknown): unknown {
  const { status, statusText, data, headers, request, config } = response as Record<string, unknown>;
  return {
    status,
    statusText,
    data,
    headers: headers === undefined ? undefined : JSON.parse(JSON.stringify(headers)),
    hasRequest: request !== undefined,
    hasConfig: config !== undefined,
  };
}

describe.each(ORDERS)('axios-mock-adapter, attached %s authorizeAxios', (order) => {
  // The adapter's types are for the CommonJS kind of axios.
  const attach = (http: AxiosInstance): MockAdapter => new MockAdapter(http as never);

  it.each(STATUSES)('gives the caller of a %i the error that axios alone would give', async (status) => {
    await using desk = await openCompanionDesk(order, attach);
    const alone = axios.create({ baseURL: desk.server.apiUrl });
    for (const mock of [desk.companion, attach(alone)]) mock.onGet('/x').reply(status, { reason: 'mocked' });

    const seen = await seenOf(desk.http.get('/x'));

    expect(seen).toEqual(await seenOf(alone.get('/x')));
    expect(seen).toMatchObject({ response: { status, data: { reason: 'mocked' } } });
  });

  it.each<[string, (handler: MockAdapter) => unknown]>([
    ['a network error', (mock) => mock.onGet('/x').networkError()],
    ['a timeout', (mock) => mock.onGet('/x').timeout()],
    ['an aborted request', (mock) => mock.onGet('/x').abortRequest()],
    ['no handler', () => undefined],
    ['an answer without a body', (mock) => mock.onGet('/x').reply(204)],
    ['an answer with headers', (mock) => mock.onGet('/x').reply(200, 'text', { 'x-mine': '1' })],
    ['an error answer with headers', (mock) => mock.onGet('/x').reply(409, 'text', { 'x-mine': '1' })],
  ])('gives the caller of %s what axios alone would give', async (_, script) => {
    await using desk = await openCompanionDesk(order, attach);
    const alone = axios.create({ baseURL: desk.server.apiUrl });
    for (const mock of [desk.companion, attach(alone)]) script(mock);

    const seen = await seenOf(desk.http.get('/x'));

    expect(seen).toEqual(await seenOf(alone.get('/x')));
  });

  it('gives the answer of any status where validateStatus accepts it', async () => {
    await using desk = await openCompanionDesk(order, attach, { axios: { validateStatus: () => true } });
    desk.companion.onGet('/x').reply(404, { reason: 'mocked' });

    const { status, data } = await desk.http.get('/x');

    expect({ status, data }).toEqual({ status: 404, data: { reason: 'mocked' } });
  });

  it('replays a call through the mock with another token, when the mock answers 401 first', async () => {
    await using desk = await openCompanionDesk(order, attach);
    const sent: unknown[] = [];
    const keep = (answer: [number, object]) => (config: { headers?: unknown; data?: unknown }) => {
      const { Authorization } = config.headers as Record<string, unknown>;
      sent.push([Authorization, config.data]);
      return answer;
    };
    desk.companion
      .onPost('/x')
      .replyOnce(keep([401, {}]))
      .onPost('/x')
      .reply(keep([200, { id: 7 }]));

    const { data } = await desk.http.post('/x', { n: 1 });

    const bearers = desk.server.issued.map(({ value }) => `Bearer ${value}`);
    expect(data).toEqual({ id: 7 });
    expect(bearers).toHaveLength(2);
    expect(sent).toEqual(bearers.map((bearer) => [bearer, '{"n":1}']));
  });

  it('has the token of each call in its history, and the caller has none', async () => {
    await using desk = await openCompanionDesk(order, attach);
    desk.companion.onGet('/x').replyOnce(401).onGet('/x').reply(200, {});

    const { config } = await desk.http.get('/x');

    const sent = desk.companion.history.get.map(({ headers }) => headers?.['Authorization']);
    expect(sent).toEqual(desk.server.issued.map(({ value }) => `Bearer ${value}`));
    expect(sent).toHaveLength(2);
    expect(config.headers.has('authorization')).toBe(false);
  });

  it('gives the 401 of the second answer where the mock refuses every token', async () => {
    await using desk = await openCompanionDesk(order, attach);
    desk.companion.onGet('/x').reply(401, { reason: 'mocked' });

    const seen = await seenOf(desk.http.get('/x'));

    expect(seen).toMatchObject({ response: { status: 401, data: { reason: 'mocked' } } });
    expect(desk.companion.history.get).toHaveLength(2);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('lets requests through to the API where the mock is told to', async () => {
    await using desk = await openCompanionDesk(
      order,
      (http) => new MockAdapter(http as never, { onNoMatch: 'passthrough' }),
    );
    desk.companion.onGet('/mocked').reply(200, 'mocked');
    await desk.http.get('/mocked');
    desk.server.revoke();

    const { status } = await desk.http.get('/real');

    expect(status).toBe(200);
    expect(desk.server.apiRequests.map(({ url, token }) => [url, token])).toEqual(
      desk.server.issued.map(({ value }) => ['/real', value]),
    );
  });

  it('leaves the instance as it was when the mock is taken off', async () => {
    await using desk = await openCompanionDesk(order, attach);
    desk.companion.onGet('/x').reply(200, 'mocked');
    const mocked = await desk.http.get('/x');

    desk.companion.restore();
    await desk.http.get('/x');

    expect(mocked.data).toBe('mocked');
    expect(desk.server.apiRequests.map(({ token }) => token)).toEqual([desk.server.issued[0]?.value]);
  });
});

describe('an adapter that leaves out parts of its answer', () => {
  const failWith = (response: object) => (): never => {
    throw new AxiosError('refused', 'ERR_BAD_REQUEST', undefined, undefined, response as never);
  };

  it.each<[string, () => unknown]>([
    ['answers with data alone', () => ({ data: '{"a":1}' })],
    ['answers with a status alone', () => ({ status: 200 })],
    ['answers with null headers', () => ({ status: 200, data: 'x', headers: null })],
    ['answers with the headers undefined', () => ({ status: 200, data: 'x', headers: undefined })],
    [
      'answers with a plain object of headers',
      () => ({ status: 200, data: 'x', headers: { 'X-Mine': '1' } }),
    ],
    ['answers with 404, and does not look at validateStatus', () => ({ status: 404, data: 'x' })],
    ['answers with 503 and a text', () => ({ status: 503, statusText: 'Busy', data: 'x' })],
    ['answers with a redirect, and no place', () => ({ status: 302, data: '' })],
    ['fails with an answer of a status and data', failWith({ status: 404, data: 'x' })],
    ['fails with an answer of a status alone', failWith({ status: 500 })],
    ['fails with an answer of null headers', failWith({ status: 403, data: 'x', headers: null })],
    ['fails without an answer', () => Promise.reject(new AxiosError('no way', 'ERR_NETWORK'))],
    ['fails with another error', () => Promise.reject(new Error('not of axios'))],
    ['fails with a text', () => Promise.reject('a text')],
  ])('and %s gives what axios alone would give', async (_, answer) => {
    await using desk = await openCompanionDesk('after', () => undefined);
    const adapter: AxiosAdapter = async () => answer() as never;
    const alone = axios.create({ baseURL: desk.server.apiUrl, adapter });

    const seen = await seenOf(desk.http.get('/x', { adapter }));

    expect(seen).toEqual(await seenOf(alone.get('/x')));
  });

  it.each([
    ['answers', { validateStatus: () => true }],
    ['fails', {}],
  ])('and %s with a bare 401 is asked once more, with another token', async (way, config) => {
    await using desk = await openCompanionDesk('after', () => undefined, { axios: config });
    const bearers: unknown[] = [];
    const adapter: AxiosAdapter = async ({ headers }) => {
      bearers.push(headers.get('Authorization'));
      if (bearers.length > 1) return { status: 200, data: 'second' } as never;
      if (way === 'answers') return { status: 401 } as never;
      throw new AxiosError('refused', 'ERR_BAD_REQUEST', undefined, undefined, { status: 401 } as never);
    };

    const { data } = await desk.http.get('/x', { adapter });

    expect(data).toBe('second');
    expect(bearers).toEqual(desk.server.issued.map(({ value }) => `Bearer ${value}`));
    expect(bearers).toHaveLength(2);
  });

  it('is taken as it is also where it belongs to the instance, whichever came first', async () => {
    await using desk = await openCompanionDesk('after', () => undefined);
    const http = axios.create({
      baseURL: desk.server.apiUrl,
      adapter: async () => ({ status: 200, data: 'bare' }) as never,
    });
    authorizeAxios(http, desk.source);

    const { data } = await http.get('/x');

    expect(data).toBe('bare');
  });
});
