import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LoopbackServer } from './loopback-server.js';

describe('the loopback server', () => {
  const counts = { tokenRequests: 0, apiCalls: 0 };
  let server: LoopbackServer;
  beforeAll(async () => {
    server = await LoopbackServer.start({
      counts,
      tokenPath: '/token',
      routes: {
        '* /token': ({ method }) => ({ status: 200, body: { method } }),
        'GET /items/{id}': ({ pathValues, query }) => ({
          status: 200,
          body: { ...pathValues, q: query.get('q') },
        }),
        'POST /items/{id}': () => {
          throw new Error('The handler broke.');
        },
      },
    });
  });
  afterAll(() => server.close());

  it.each([
    ['GET', '/items/7?q=a', 200, { id: '7', q: 'a' }],
    ['PATCH', '/token', 200, { method: 'PATCH' }],
    ['PUT', '/items/7', 405, { error: 'method_not_allowed' }],
    ['GET', '/items', 404, { error: 'not_found' }],
    ['POST', '/items/7', 500, { error: 'server_error' }],
  ])('answers %s %s with %i', async (method, path, status, body) => {
    const response = await fetch(server.origin + path, { method });

    expect([response.status, await response.json()]).toEqual([status, body]);
  });

  it('refuses a second Authorization header, which Node would drop silently', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: ['Bearer a', 'Bearer b'] };
      // The types allow one value; Node sends both.
      const outgoing = request(`${server.origin}/items/7`, { headers: headers as never }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.once('error', reject).end();
    });

    expect(status).toBe(400);
  });

  it('counts token requests and API calls separately', async () => {
    const before = { ...counts };

    await fetch(`${server.origin}/token`);
    await fetch(`${server.origin}/nowhere`);

    expect(counts).toEqual({ tokenRequests: before.tokenRequests + 1, apiCalls: before.apiCalls + 1 });
  });
});
