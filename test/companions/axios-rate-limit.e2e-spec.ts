import type { AxiosInstance } from 'axios';
import rateLimit from 'axios-rate-limit';
import { describe, expect, it } from '@jest/globals';
import { openCompanionDesk, ORDERS } from '../support/companion-order.js';
import { outcomeOf } from '../support/outcome.js';

const PATHS = ['/1', '/2', '/3', '/4', '/5'];

const attach = (http: AxiosInstance): void => void rateLimit(http, { maxRequests: 2, perMilliseconds: 20 });

describe.each(ORDERS)('axios-rate-limit, attached %s authorizeAxios', (order) => {
  it('lets every call through in its turn, with the one token', async () => {
    await using desk = await openCompanionDesk(order, attach);

    const answers = await Promise.all(PATHS.map((path) => desk.http.get(path)));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(desk.server.apiRequests.map(({ url, token }) => [url, token])).toEqual(
      expect.arrayContaining(PATHS.map((path) => [path, desk.server.issued[0]?.value])),
    );
    expect(desk.server.apiRequests).toHaveLength(PATHS.length);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('lets no caller wait for ever where a token request fails', async () => {
    await using desk = await openCompanionDesk(order, attach);
    desk.server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });

    const outcomes = await Promise.all(PATHS.map((path) => outcomeOf(desk.http.get(path))));
    desk.source.reset();
    const later = await outcomeOf(desk.http.get('/later'));

    const failure = {
      error: expect.objectContaining({ code: 'token_request_rejected', isAxiosError: true }),
    };
    expect(outcomes).toEqual(PATHS.map(() => failure));
    expect(later).toMatchObject({ value: { status: 200 } });
  });

  it('replays calls whose token was revoked, all with one new token', async () => {
    await using desk = await openCompanionDesk(order, attach);
    await desk.http.get('/warm');
    desk.server.revoke();

    const answers = await Promise.all(PATHS.map((path) => desk.http.get(path)));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });
});
