import type { AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';
import { describe, expect, it } from '@jest/globals';
import { openCompanionDesk, ORDERS } from '../support/companion-order.js';
import { errorOf } from '../support/outcome.js';

const attach = (http: AxiosInstance): void => void axiosRetry(http, { retries: 2, retryDelay: () => 0 });

describe.each(ORDERS)('axios-retry, attached %s authorizeAxios', (order) => {
  it('sends the token with every attempt, and asks for it once', async () => {
    await using desk = await openCompanionDesk(order, attach);
    desk.server.api.failNext(2);

    const { status } = await desk.http.get('/a');

    const token = desk.server.issued[0]?.value;
    expect(status).toBe(200);
    expect(desk.server.apiRequests.map((request) => [request.status, request.token])).toEqual([
      [503, token],
      [503, token],
      [200, token],
    ]);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('retries a call that was replayed, with the new token', async () => {
    await using desk = await openCompanionDesk(order, attach);
    await desk.http.get('/warm');
    desk.server.revoke();
    desk.server.api.answerNext(1, 'usual');
    desk.server.api.failNext(1);

    const { status } = await desk.http.put('/a', { n: 1 });

    const [first, second] = desk.server.issued.map(({ value }) => value);
    expect(status).toBe(200);
    expect(
      desk.server.apiRequests.slice(1).map((request) => [request.status, request.token, request.text]),
    ).toEqual([
      [401, first, '{"n":1}'],
      [503, second, '{"n":1}'],
      [200, second, '{"n":1}'],
    ]);
  });

  it('tries again where no token could be had because the endpoint was down', async () => {
    await using desk = await openCompanionDesk(order, attach);
    desk.server.failNext(2);

    const { status } = await desk.http.get('/a');

    expect(status).toBe(200);
    expect(desk.server.tokenRequests).toHaveLength(3);
    expect(desk.server.apiRequests).toHaveLength(1);
  });

  it('ends with the error of the token, without a storm of token requests, where the endpoint refuses', async () => {
    await using desk = await openCompanionDesk(order, attach);
    desk.server.failNext(Infinity, { status: 400, body: { error: 'invalid_scope' } });

    const error = await errorOf(desk.http.get('/a'));

    expect(error).toMatchObject({
      code: 'token_request_rejected',
      isAxiosError: true,
      config: { url: '/a' },
    });
    expect(desk.server.tokenRequests).toHaveLength(1);
    expect(desk.server.apiRequests).toHaveLength(0);
  });

  it('leaves a 401 that no token helps to the caller, after one replay', async () => {
    await using desk = await openCompanionDesk(order, attach);
    desk.server.api.answerNext(Infinity, { status: 401 });

    const error = await errorOf(desk.http.get('/a'));

    expect(error).toMatchObject({ name: 'AxiosError', response: { status: 401 } });
    expect(desk.server.apiRequests).toHaveLength(2);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });
});
