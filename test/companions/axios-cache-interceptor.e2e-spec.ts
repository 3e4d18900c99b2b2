import axios, { type AxiosAdapter, type AxiosInstance } from 'axios';
import { buildMemoryStorage, setupCache, type AxiosCacheInstance } from 'axios-cache-interceptor';
import { describe, expect, it } from '@jest/globals';
import { ClientCredentialsError } from 'nestjs-client-credentials/core';
import { openCompanionDesk, ORDERS } from '../support/companion-order.js';
import { errorOf, outcomeOf } from '../support/outcome.js';

const REJECTION = { status: 400, body: { error: 'invalid_scope' } };

// Without a timer of its own that would clean up behind a test.
const attach = (http: AxiosInstance): AxiosCacheInstance =>
  setupCache(http, { ttl: 60_000, storage: buildMemoryStorage(false, false, false) });

describe.each(ORDERS)('axios-cache-interceptor, attached %s authorizeAxios', (order) => {
  it('lets calls for one address share one request, which carries the token', async () => {
    await using desk = await openCompanionDesk(order, attach);

    const answers = await Promise.all([desk.http.get('/a'), desk.http.get('/a'), desk.http.get('/a')]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(desk.server.apiRequests.map(({ token }) => token)).toEqual([desk.server.issued[0]?.value]);
  });

  it('replays the shared request after a 401 for all who wait', async () => {
    await using desk = await openCompanionDesk(order, attach);
    await desk.http.get('/warm');
    desk.server.revoke();

    const answers = await Promise.all([desk.http.get('/a'), desk.http.get('/a')]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('lets no caller wait for ever where a token request fails: each gets the error, and later calls succeed', async () => {
    await using desk = await openCompanionDesk(order, attach);
    desk.server.failNext(1, REJECTION);

    const outcomes = await Promise.all([outcomeOf(desk.http.get('/a')), outcomeOf(desk.http.get('/a'))]);
    const later = await outcomeOf(desk.http.get('/a'));
    desk.source.reset();
    const well = await outcomeOf(desk.http.get('/a'));

    const failure = { error: expect.objectContaining({ code: 'token_request_rejected' }) };
    expect([...outcomes, later]).toEqual([failure, failure, failure]);
    expect(well).toMatchObject({ value: { status: 200 } });
  });

  it('lets no caller wait for ever where the endpoint is down for a moment', async () => {
    await using desk = await openCompanionDesk(order, attach);
    desk.server.failNext(1, 'reset');

    const first = await outcomeOf(desk.http.get('/a'));
    const second = await outcomeOf(desk.http.get('/a'));

    expect(first).toEqual({ error: expect.objectContaining({ code: 'token_endpoint_unavailable' }) });
    expect(second).toMatchObject({ value: { status: 200 } });
  });

  it('answers from its memory without a token, and without asking for one', async () => {
    await using desk = await openCompanionDesk(order, attach);
    await desk.http.get('/a');
    await desk.source.invalidate(await desk.source.getToken());
    desk.server.failNext(Infinity, REJECTION);

    const again = await outcomeOf(desk.http.get('/a'));

    expect(again).toMatchObject({ value: { status: 200, cached: true } });
    expect(desk.server.tokenRequests).toHaveLength(1);
    expect(desk.server.apiRequests).toHaveLength(1);
  });

  it('keeps no token in what it remembers', async () => {
    await using desk = await openCompanionDesk(order, attach);

    const { id } = await desk.companion.get('/a');

    const kept = await desk.companion.storage.get(id);
    expect(kept.state).toBe('cached');
    expect(JSON.stringify(kept)).not.toContain(desk.server.issued[0]?.value);
  });
});

describe('an adapter of another interceptor that answers from memory', () => {
  const inMemory: AxiosAdapter = () =>
    Promise.resolve({ data: 'remembered', status: 200, statusText: 'OK', headers: {} } as never);

  it.each(ORDERS)(
    'is given to the call without a token request, attached %s authorizeAxios',
    async (order) => {
      await using desk = await openCompanionDesk(order, (http) =>
        http.interceptors.request.use((config) => ({ ...config, adapter: inMemory })),
      );
      desk.server.failNext(Infinity, REJECTION);

      const outcome = await outcomeOf(desk.http.get('/a'));

      expect(outcome).toMatchObject({ value: { data: 'remembered' } });
      expect(desk.server.tokenRequests).toHaveLength(0);
    },
  );
});

describe('the error of a call without a token', () => {
  it('is understood by companions of axios, and is each caller’s own', async () => {
    await using desk = await openCompanionDesk('after', () => undefined);
    desk.server.failNext(1, REJECTION);

    const [one, other] = await Promise.all([
      errorOf(desk.http.post('/a', { n: 1 }, { headers: { 'X-Mine': '1' } })),
      errorOf(desk.http.get('/b')),
    ]);

    expect(one).toBeInstanceOf(ClientCredentialsError);
    expect(axios.isAxiosError(one)).toBe(true);
    expect(one).toMatchObject({ code: 'token_request_rejected', config: { url: '/a', method: 'post' } });
    expect(other).toMatchObject({ code: 'token_request_rejected', config: { url: '/b', method: 'get' } });
    expect(one).not.toBe(other);
    expect(Object.keys(one ?? {})).not.toContain('config');
    expect(one?.['response']).toBeUndefined();
  });

  it('is told as such also while it is held against later calls', async () => {
    await using desk = await openCompanionDesk('after', () => undefined);
    desk.server.failNext(1, REJECTION);
    await errorOf(desk.http.get('/a'));

    const [held, later] = [await errorOf(desk.http.get('/b')), await errorOf(desk.http.get('/c'))];

    expect([held, later]).toMatchObject([
      { isAxiosError: true, config: { url: '/b' } },
      { isAxiosError: true, config: { url: '/c' } },
    ]);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });
});
