import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { tokenBoard } from 'nestjs-client-credentials/board';
import type { TokenEvent, TokenManager } from 'nestjs-client-credentials/core';
import { FRAMEWORKS, openApplication, openExpress } from './support/board-applications.js';
import { openStream, rawRequest } from './support/raw-request.js';
import { openTenants } from './support/tenants.js';
import { failureOf, openDesk } from './support/the-desk.js';
import { until } from './support/until.js';

interface State {
  at: number;
  isClosed: boolean;
  providers: Record<string, unknown>[];
}

interface Entries {
  total: number;
  page: number;
  rows: Record<string, unknown>[];
}

interface Lines {
  run: string;
  lines: { id: number; provider: string; text: string }[];
}

const PATHS = ['/tokens', '/tokens/', '/tokens/state', '/tokens/board.css', '/tokens/board.js'];
const json = async <T>(url: string): Promise<T> => JSON.parse((await rawRequest(url)).text) as T;

describe.each(FRAMEWORKS)('a board in %s', (_, open) => {
  it('is a page with and without a slash at its end, whose files and data are where the page looks for them', async () => {
    await using desk = await openDesk();
    await using app = await open(desk.tokens);

    for (const address of [`${app.url}/tokens`, `${app.url}/tokens/`, `${app.url}/tokens?from=here`]) {
      const page = await rawRequest(address);
      const links = [...page.text.matchAll(/(?:src|href)="(?<link>\.[^"]+)"/g)].map(
        ({ groups }) => groups?.['link'] ?? '',
      );
      const files = await Promise.all(links.map((link) => rawRequest(new URL(link, address).href)));
      const script = new URL(links.find((link) => link.endsWith('.js')) ?? '', address);
      const state = await rawRequest(new URL('state', script).href);

      expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
      expect(files.map(({ status, headers }) => [status, headers['content-type']])).toEqual([
        [200, 'text/css; charset=utf-8'],
        [200, 'text/javascript; charset=utf-8'],
      ]);
      expect(state).toMatchObject({
        status: 200,
        headers: { 'content-type': 'application/json; charset=utf-8' },
      });
    }
  });

  it('shows every registered provider, used or not, by the name of its state', async () => {
    await using desk = await openDesk({ provider: { tokenRequest: { attempts: 1 } } });
    desk.tokens.add('unused', { ...desk.server.providerConfig });
    desk.tokens.add('wrong', { ...desk.server.providerConfig, clientSecret: 'wrong' });
    await desk.source.getToken();
    await desk.source.getToken();
    const { message } = await failureOf(desk.tokens.source('wrong').getToken());
    await using app = await open(desk.tokens);

    const { at, providers } = await json<State>(`${app.url}/tokens/state`);

    expect(at).toBe(desk.clock.now());
    expect(providers).toMatchObject([
      { provider: 'desk', state: 'fresh', acquisitions: 1, served: 1, expiresAt: at + 3_600_000 },
      { provider: 'unused', state: 'empty', acquisitions: 0 },
      {
        provider: 'wrong',
        state: 'failing',
        failures: 1,
        lastError: { code: 'token_request_rejected', message },
      },
    ]);
    expect(providers[0]?.['refreshAt']).toBeGreaterThan(at + 3_200_000);
    expect(providers[2]?.['nextAttemptAt']).toBeGreaterThan(at + 20_000);
  });

  it('answers nothing else below its mount, and only reads', async () => {
    await using desk = await openDesk();
    await using app = await open(desk.tokens);

    for (const path of ['/', '/state', '/tokens/other', '/tokens/state/more', '/tokens/x/state', '/tokensx'])
      expect((await rawRequest(`${app.url}${path}`)).status).toBe(404);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await rawRequest(`${app.url}/tokens/state`, { method });
      expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    }
    for (const path of [...PATHS, '/tokens/events'])
      expect(await rawRequest(`${app.url}${path}`, { method: 'HEAD' })).toMatchObject({
        status: 200,
        text: '',
      });
  });

  it('has a policy without exceptions on each response, is not stored, and is small', async () => {
    await using desk = await openDesk();
    await using app = await open(desk.tokens);

    let bytes = 0;
    for (const path of [...PATHS, '/tokens/state?provider=none']) {
      const { headers, text } = await rawRequest(`${app.url}${path}`);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(headers).toMatchObject({
        'cache-control': expect.stringContaining('no-store'),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\/|style=|<script>/);
      if (path !== '/tokens') bytes += Buffer.byteLength(text);
    }
    expect(bytes).toBeLessThan(60_000);
  });

  it('answers this machine alone, by a loopback name and without a proxy', async () => {
    await using desk = await openDesk();
    await using app = await open(desk.tokens);
    const { port } = new URL(app.url);
    const statusWith = async (headers: Record<string, string>): Promise<number> =>
      (await rawRequest(`${app.url}/tokens/state`, { headers })).status;

    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'LOCALHOST'])
      expect(await statusWith({ host })).toBe(200);
    for (const host of ['example.com', `evil.test:${port}`, 'localhost.evil.test', '127.0.0.1.evil.test'])
      expect(await statusWith({ host })).toBe(403);
    for (const name of ['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Real-IP', 'Via'])
      expect(await statusWith({ [name]: '127.0.0.1' })).toBe(403);
    expect(await statusWith({ Origin: 'https://evil.test' })).toBe(403);
    expect(await statusWith({ Origin: 'null' })).toBe(403);
    expect(await statusWith({ 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' })).toBe(403);
    expect(await statusWith({ Origin: app.url, 'Sec-Fetch-Site': 'same-origin' })).toBe(200);
    for (const path of [...PATHS, '/tokens/events'])
      expect(await rawRequest(`${app.url}${path}`, { headers: { via: '1.1 proxy' } })).toMatchObject({
        status: 403,
        headers: { 'content-type': 'text/plain; charset=utf-8' },
      });
  });

  it('leaves the decision to `allow` alone: only `true` opens it', async () => {
    await using desk = await openDesk();
    const verdicts: Record<string, () => unknown> = {
      yes: () => true,
      later: async () => true,
      no: () => false,
      object: () => ({ name: 'operator' }),
      nothing: () => undefined,
      throws: () => {
        throw new Error('no session');
      },
      rejects: () => Promise.reject(new Error('no session')),
    };
    const allow = ({ headers }: IncomingMessage): boolean =>
      verdicts[String(headers['x-case'])]?.() as boolean;
    await using app = await open(desk.tokens, { allow });

    for (const [name, status] of Object.entries({
      yes: 200,
      later: 200,
      no: 403,
      object: 403,
      nothing: 403,
      throws: 403,
      rejects: 403,
    })) {
      const headers = { 'x-case': name, host: 'board.example.com', 'x-forwarded-for': '203.0.113.1' };
      const { status: got, text } = await rawRequest(`${app.url}/tokens/state`, { headers });
      expect([name, got]).toEqual([name, status]);
      expect(text).not.toContain('session');
    }
  });

  it('streams the state and the events, those before the stream as well, and what is new once', async () => {
    await using desk = await openDesk();
    await using app = await open(desk.tokens);
    await desk.source.getToken();

    const stream = await openStream(`${app.url}/tokens/events`);
    await until(() => stream.data('lines').length === 1);
    desk.clock.advance(3_600_000);
    await desk.source.getToken();
    await until(() => stream.data('lines').length === 2);

    expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8' });
    expect(stream.text()).toMatch(/^retry: \d+\n\n/);
    const lines = stream.data<Lines>('lines').map((each) => each.lines.map(({ text }) => text));
    expect(lines).toEqual([
      ['Token acquired in 0 ms (first use)'],
      ['Token acquired in 0 ms (after its end)'],
    ]);
    expect(stream.data<State>('state').at(-1)?.providers).toMatchObject([{ acquisitions: 2 }]);

    const id = /id: (?<id>.*)\n/.exec(stream.text())?.groups?.['id'] ?? '';
    const again = await openStream(`${app.url}/tokens/events`, { 'last-event-id': id });
    await until(() => again.data('lines').length === 1);
    expect(again.data<Lines>('lines')[0]?.lines).toHaveLength(1);
    stream.close();
    again.close();
  });

  it('ends its streams when the manager or the application closes, so that neither waits', async () => {
    await using desk = await openDesk();
    const first = await open(desk.tokens);
    const open1 = await openStream(`${first.url}/tokens/events`);

    await first.close();

    await until(() => open1.isEnded());
    await using second = await open(desk.tokens);
    const open2 = await openStream(`${second.url}/tokens/events`);
    await desk.tokens.close();
    await until(() => open2.isEnded());
    expect(open2.data<State>('state').at(-1)).toMatchObject({ isClosed: true });
    expect(await rawRequest(`${second.url}/tokens/events`)).toMatchObject({ status: 503 });
    expect(await json<State>(`${second.url}/tokens/state`)).toMatchObject({ isClosed: true });
  });
});

describe('a board', () => {
  it('is found under a router, on a route, and at the root without taking what is not its own', async () => {
    await using desk = await openDesk();
    const board = tokenBoard(desk.tokens);
    const routed = await openApplication((app) => {
      app.all('/admin/board{/*rest}', board);
      app.use(board);
      app.get('/own', (_, response) => void response.send('own'));
      app.get('/deep/state', (_, response) => void response.send('own'));
    });

    for (const path of ['/admin/board', '/admin/board/', '/'])
      expect((await rawRequest(`${routed.url}${path}`)).headers['content-type']).toContain('text/html');
    for (const path of ['/admin/board/state', '/state'])
      expect((await rawRequest(`${routed.url}${path}`)).headers['content-type']).toContain('json');
    for (const path of ['/own', '/deep/state'])
      expect((await rawRequest(`${routed.url}${path}`)).text).toBe('own');
    await routed.close();
  });

  it('takes no word of its own address as HTML', async () => {
    await using desk = await openDesk();
    const board = tokenBoard(desk.tokens);
    const app = await openApplication((express) => void express.all('/*any', board));

    const { text } = await rawRequest(`${app.url}/x"><script>alert(1)</script>'&amp;`);

    expect(text).not.toContain('<script>');
    expect(text).toContain('href="./script%3E\'%26amp;/board.css"');
    await app.close();
  });

  it('shows no secret, no token, no fingerprint, whatever happens', async () => {
    await using desk = await openDesk({
      server: { clientSecret: 'sentinel-secret', newToken: (issue) => `sentinel-token-${issue}` },
      provider: { parameters: { hint: 'sentinel-parameter' }, tokenRequest: { attempts: 1 } },
    });
    await using app = await openExpress(desk.tokens);
    const stream = await openStream(`${app.url}/tokens/events`);
    const token = await desk.source.getToken();
    await desk.source.invalidate(token);
    const body = {
      error: 'invalid_client',
      error_description: 'sentinel-secret sentinel-token-1 sentinel-parameter',
    };
    desk.server.failNext(1, { status: 401, body });
    await failureOf(desk.source.getToken());
    desk.source.reset();
    await desk.source.getToken();
    await until(() => stream.data<Lines>('lines').flatMap(({ lines }) => lines).length >= 4);

    const pages = await Promise.all(
      ['', '/state', '/state?provider=desk'].map((path) => rawRequest(`${app.url}/tokens${path}`)),
    );

    const [{ fingerprint } = { fingerprint: 'none' }] = desk.tokens.snapshot();
    expect(fingerprint).toMatch(/^[0-9a-f]{8}$/);
    for (const text of [stream.text(), ...pages.map((page) => page.text)]) {
      expect(text).not.toContain('sentinel-');
      expect(text).not.toContain(fingerprint);
      expect(text).not.toContain('fingerprint');
    }
    stream.close();
  });

  it('rolls 10,000 tenants up to a few numbers, and lists them by the page, the worst first', async () => {
    await using desk = await openTenants();
    const { tokens } = desk;
    await tokens.source('desk').forTenant('t0').getToken();
    desk.server.failNext(1, { status: 401, body: { error: 'invalid_client' } });
    await failureOf(tokens.source('desk').forTenant('shop').getToken());
    const [good, bad] = tokens.snapshot().toSorted((one) => (one.state === 'fresh' ? -1 : 1));
    const rows = Array.from({ length: 10_000 }, (_, index) => ({
      ...(index === 5_000 ? bad : good),
      ...(index !== 5_000 && { tenant: `t${String(index).padStart(5, '0')}` }),
    })) as ReturnType<TokenManager['snapshot']>;
    const listeners: Parameters<TokenManager['onEvent']>[0][] = [];
    const onEvent = (listener: (typeof listeners)[0]): (() => void) => {
      listeners.push(listener);
      return () => undefined;
    };
    await using app = await openExpress({ providers: ['desk'], snapshot: () => rows, onEvent });
    const [event] = desk.events;
    for (const { tenant } of rows)
      for (const listener of listeners) listener({ ...event, tenant } as TokenEvent);

    const state = await rawRequest(`${app.url}/tokens/state`);
    const listed = await json<Entries>(`${app.url}/tokens/state?provider=desk&tenants=1000000`);
    const second = await json<Entries>(`${app.url}/tokens/state?provider=desk&tenants=20&page=1`);
    const found = await json<Entries>(`${app.url}/tokens/state?provider=desk&search=T0998`);

    expect(state.text.length).toBeLessThan(2_000);
    expect((JSON.parse(state.text) as State).providers).toMatchObject([
      { state: 'degraded', tenants: 10_000, states: { fresh: 9_999, failing: 1 }, acquisitions: 9_999 },
    ]);
    expect(listed).toMatchObject({ total: 10_000, page: 0 });
    expect(listed.rows).toHaveLength(100);
    expect(listed.rows[0]).toMatchObject({ tenant: 'shop', state: 'failing' });
    expect(second.rows.map(({ tenant }) => tenant)).toContain('t00019');
    expect(found.total).toBe(10);
    expect((await rawRequest(`${app.url}/tokens/state?provider=none`)).status).toBe(404);
    const stream = await openStream(`${app.url}/tokens/events`);
    await until(() => stream.data('lines').length === 1);
    expect(stream.data<Lines>('lines')[0]?.lines).toHaveLength(200);
    stream.close();
  });

  it('opens a bounded number of streams, and again when one is closed', async () => {
    await using desk = await openDesk();
    await using app = await openExpress(desk.tokens);
    const streams = await Promise.all(
      Array.from({ length: 50 }, () => openStream(`${app.url}/tokens/events`)),
    );

    const refused = await rawRequest(`${app.url}/tokens/events`);
    streams[0]?.close();
    let next = await openStream(`${app.url}/tokens/events`);
    while (next.status === 503) next = await openStream(`${app.url}/tokens/events`);

    expect(refused).toMatchObject({ status: 503, text: 'Too many boards are open.\n' });
    for (const stream of [...streams, next]) stream.close();
  });

  it('takes no snapshot while nobody looks', async () => {
    await using desk = await openDesk();
    let snapshots = 0;
    const manager = {
      providers: desk.tokens.providers,
      onEvent: desk.tokens.onEvent.bind(desk.tokens),
      snapshot: () => {
        snapshots += 1;
        return desk.tokens.snapshot();
      },
    };
    await using app = await openExpress(manager);

    await desk.source.getToken();
    expect(snapshots).toBe(0);

    const stream = await openStream(`${app.url}/tokens/events`);
    await until(() => snapshots >= 2);
    stream.close();
    await until(stream.isEnded);
  });
});
