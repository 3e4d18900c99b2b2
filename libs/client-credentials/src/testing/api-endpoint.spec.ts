import { afterEach, describe, expect, it } from '@jest/globals';
import type { AuthorizationDialect } from '../config/dialect.js';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from './index.js';

let server: AuthorizationServer;

async function start(options?: AuthorizationServerOptions): Promise<AuthorizationServer> {
  server = await startAuthorizationServer(options);
  return server;
}

afterEach(() => server.close());

function call(token: string, path = '/me'): Promise<Response> {
  return fetch(`${server.apiUrl}${path}`, { headers: { authorization: `Bearer ${token}` } });
}

describe('the API', () => {
  it('has another origin than the token endpoint', async () => {
    await start();

    expect(new URL(server.apiUrl).origin).toBe(server.apiUrl);
    expect(new URL(server.tokenUrl).origin).not.toBe(server.apiUrl);
  });

  it('echoes a call with a valid token, and records the token', async () => {
    await start();
    const { value } = server.issue();

    const response = await fetch(`${server.apiUrl}/files?page=2`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${value}` },
      body: 'ä',
    });

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ method: 'PUT', path: '/files', query: { page: '2' }, body: 'ä' });
    expect(server.apiRequests[0]).toMatchObject({ token: value, method: 'PUT', path: '/files' });
    expect(server.apiRequests[0]?.status).toBe(200);
    expect(server.apiRequests[0]?.body).toEqual(Buffer.from('ä'));
  });

  it('challenges a call without a token, without an error code', async () => {
    await start();

    const response = await fetch(server.apiUrl);

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="api"');
    expect(server.apiRequests[0]?.token).toBeUndefined();
  });

  it('refuses an unknown, a revoked and an expired token with invalid_token', async () => {
    let now = 0;
    await start({ lifetimeSeconds: 10, clock: { now: () => now } });
    const revoked = server.issue();
    const other = server.issue();
    server.revoke(revoked.value);

    const answers = [await call('unknown'), await call(revoked.value), await call(other.value)];
    now = 9_999;
    answers.push(await call(other.value));
    now = 10_000;
    answers.push(await call(other.value));

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 200, 200, 401]);
    expect(answers[4]?.headers.get('www-authenticate')).toBe('Bearer realm="api", error="invalid_token"');
    expect(server.apiRequests[0]?.token).toBe('unknown');
  });

  it('refuses all revoked tokens, but not later ones', async () => {
    await start();
    const earlier = server.issue('earlier');
    server.revoke();
    const later = server.issue('later');

    const answers = [await call(earlier.value), await call(later.value)];

    expect(answers.map(({ status }) => status)).toEqual([401, 200]);
  });

  it('is strict about the scheme before the token', async () => {
    await start();
    const { value } = server.issue();

    const statuses = [];
    for (const authorization of [value, `bearer ${value}`, `Token ${value}`]) {
      statuses.push((await fetch(server.apiUrl, { headers: { authorization } })).status);
    }

    expect(statuses).toEqual([401, 401, 401]);
  });

  it.each<[string, AuthorizationDialect, (token: string) => [string, Record<string, string>]]>([
    ['in another header', { header: 'X-Auth' }, (token) => ['/', { 'x-auth': `Bearer ${token}` }]],
    ['after another word', { scheme: 'Token' }, (token) => ['/', { authorization: `Token ${token}` }]],
    ['bare', { header: 'X-Auth', scheme: '' }, (token) => ['/', { 'x-auth': token }]],
    ['in the query', { query: 'access_token' }, (token) => [`/?access_token=${token}`, {}]],
    ['in a format', { format: (token) => `<${token}>` }, (token) => ['/', { authorization: `<${token}>` }]],
  ])('finds the token %s, and only there', async (_, authorization, where) => {
    await start({ dialect: { authorization } });
    const { value } = server.issue();
    const [path, headers] = where(value);

    const right = await fetch(server.apiUrl + path, { headers });
    const wrong = await call(value);

    expect([right.status, wrong.status]).toEqual([200, 401]);
    expect(server.apiRequests[0]?.token).toBe(value);
  });

  it('requires the apiHeaders of the dialect', async () => {
    await start({ dialect: { apiHeaders: { 'Client-Id': 'c' } } });
    const headers = { authorization: `Bearer ${server.issue().value}` };

    const without = await fetch(server.apiUrl, { headers });
    const withHeader = await fetch(server.apiUrl, { headers: { ...headers, 'client-id': 'c' } });

    expect([without.status, withHeader.status]).toEqual([400, 200]);
  });

  it('passes authorized calls, and only those, to the api option', async () => {
    await start({ api: ({ path }, response) => void response.writeHead(201).end(path) });

    const authorized = await call(server.issue().value, '/documents');
    const unauthorized = await call('unknown');

    expect([authorized.status, unauthorized.status]).toEqual([201, 401]);
    expect(await authorized.text()).toBe('/documents');
  });

  it('accepts a token of twelve kilobytes', async () => {
    await start({ newToken: () => 'x' });

    const response = await call(server.issue('t'.repeat(12 * 1024)).value);

    expect(response.status).toBe(200);
  });
});
