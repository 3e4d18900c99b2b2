import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import type { ProviderConfig } from '../config/options.js';
import { startAuthorizationServer, type AuthorizationServer } from './index.js';

let server: AuthorizationServer;

beforeEach(async () => {
  server = await startAuthorizationServer();
});

afterEach(() => server.close());

function ask(signal?: AbortSignal): Promise<Response> {
  return fetch(server.tokenUrl, {
    method: 'POST',
    redirect: 'manual',
    headers: { authorization: `Basic ${Buffer.from('client:secret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    ...(signal && { signal }),
  });
}

async function statuses(count: number): Promise<number[]> {
  const answers = [];
  for (let i = 0; i < count; i += 1) answers.push((await ask()).status);
  return answers;
}

describe('a scripted endpoint', () => {
  it('fails the given number of times, then works again', async () => {
    server.failNext(2);
    server.tokenEndpoint.failNext(1, { status: 429, headers: { 'Retry-After': '7' } });

    expect(await statuses(4)).toEqual([503, 503, 429, 200]);
    expect(server.tokenRequests.map(({ status }) => status)).toEqual([503, 503, 429, 200]);
    expect(server.issued).toHaveLength(1);
  });

  it('lets requests pass before a fault', async () => {
    server.tokenEndpoint.answerNext(2, 'usual');
    server.failNext();

    expect(await statuses(4)).toEqual([200, 200, 503, 200]);
  });

  it('fails until recover() with Infinity', async () => {
    server.failNext(Infinity, { status: 500 });
    const down = await statuses(3);
    server.tokenEndpoint.recover();

    expect([...down, ...(await statuses(1))]).toEqual([500, 500, 500, 200]);
  });

  it('ignores a fault with zero times', async () => {
    server.failNext(0);

    expect(await statuses(1)).toEqual([200]);
  });

  it('answers with any body and headers, by default with status 200', async () => {
    server.tokenEndpoint.answerNext(1, { body: { data: null } });
    server.tokenEndpoint.answerNext(1, { body: '<html>', headers: { 'content-type': 'text/html' } });
    server.tokenEndpoint.answerNext(1, { body: Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]) });
    server.tokenEndpoint.answerNext(1, { body: { a: 1 }, headers: { 'Content-Type': 'text/plain' } });
    server.tokenEndpoint.answerNext(1, { status: 204 });

    const answers = [];
    for (let i = 0; i < 5; i += 1) {
      const response = await ask();
      const bytes = Buffer.from(await response.arrayBuffer());
      answers.push([response.status, response.headers.get('content-type'), bytes.toString('latin1')]);
    }

    expect(answers).toEqual([
      [200, 'application/json', '{"data":null}'],
      [200, 'text/html', '<html>'],
      [200, null, '\u00ef\u00bb\u00bf{}'],
      [200, 'text/plain', '{"a":1}'],
      [204, null, ''],
    ]);
  });

  it('passes the request to a function that answers', async () => {
    server.tokenEndpoint.answerNext(1, ({ parameters }, response) => {
      response.writeHead(202).end(JSON.stringify(parameters));
    });

    const response = await ask();

    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ grant_type: 'client_credentials' });
  });

  it('closes the connection if a function throws in the middle of its response', async () => {
    server.tokenEndpoint.answerNext(1, (_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half');
      throw new Error('a mistake in the test');
    });

    await expect(ask().then((response) => response.text())).rejects.toMatchObject({ name: 'TypeError' });
  });

  it('redirects', async () => {
    server.tokenEndpoint.answerNext(1, { redirectTo: 'http://127.0.0.1:1/' });
    server.failNext(1, { redirectTo: '/elsewhere', status: 307 });

    const answers = [await ask(), await ask()];

    expect(answers.map(({ status, headers }) => [status, headers.get('location')])).toEqual([
      [302, 'http://127.0.0.1:1/'],
      [307, '/elsewhere'],
    ]);
  });

  it('resets the connection', async () => {
    server.failNext(1, 'reset');

    await expect(ask()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(server.tokenRequests[0]?.status).toBeUndefined();
  });

  it('hangs and records the request', async () => {
    const controller = new AbortController();
    server.failNext(1, 'hang');

    const call = ask(controller.signal);
    const [request] = await server.tokenEndpoint.received(1);
    controller.abort();

    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(request?.status).toBeUndefined();
  });

  it('waits before it answers', async () => {
    const begun = performance.now();
    server.tokenEndpoint.answerNext(1, { delayMs: 40 });

    await ask();

    // Timers count whole milliseconds and may fire one millisecond early.
    expect(performance.now() - begun).toBeGreaterThanOrEqual(39);
  });

  it('drips a whole body', async () => {
    server.tokenEndpoint.answerNext(1, { body: { a: 1 }, drip: { everyMs: 1, bytes: 2 } });

    const response = await ask();

    const chunks = [];
    for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk).toString());
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.join('')).toBe('{"a":1}');
  });

  it('drips endlessly without a body, until the client gives up', async () => {
    const controller = new AbortController();
    server.tokenEndpoint.answerNext(1, { drip: { everyMs: 1 } });
    const response = await ask(controller.signal);
    const reader = response.body?.getReader();

    const chunks = [await reader?.read(), await reader?.read(), await reader?.read()];
    controller.abort();

    expect(
      chunks.map((chunk) =>
        Buffer.from(chunk?.value ?? [])
          .toString()
          .trim(),
      ),
    ).toEqual(['', '', '']);
    expect(chunks.every((chunk) => chunk?.done === false)).toBe(true);
  });

  it('is scripted independently of the other endpoint', async () => {
    server.api.failNext(1, { status: 500 });
    const headers = { authorization: `Bearer ${server.issue().value}` };

    const token = await ask();
    const api = [await fetch(server.apiUrl, { headers }), await fetch(server.apiUrl, { headers })];

    expect([token.status, ...api.map(({ status }) => status)]).toEqual([200, 500, 200]);
  });
});

describe('a held endpoint', () => {
  it('holds requests until release(), and checks them only then', async () => {
    server.api.hold();
    const { value } = server.issue();
    const calls = [1, 2, 3].map(() =>
      fetch(server.apiUrl, { headers: { authorization: `Bearer ${value}` } }),
    );

    const parked = await server.api.received(3);
    const before = parked.map(({ status }) => status);
    server.revoke(value);
    server.api.release();
    const answers = await Promise.all(calls);

    expect(before).toEqual([undefined, undefined, undefined]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it('answers at once after the release, and can be held again', async () => {
    server.tokenEndpoint.hold();
    server.tokenEndpoint.release();
    const free = await ask();
    server.tokenEndpoint.hold();
    const held = ask();
    await server.tokenEndpoint.received(2);
    server.tokenEndpoint.release();

    expect([free.status, (await held).status]).toEqual([200, 200]);
  });

  it('resolves received() at once for earlier requests', async () => {
    await statuses(2);

    expect(await server.tokenEndpoint.received(1)).toHaveLength(2);
  });
});

describe('closing the server', () => {
  it('closes hanging, held, delayed and dripping connections', async () => {
    server.failNext(1, 'hang');
    server.failNext(1, { delayMs: 60_000 });
    server.failNext(1, { drip: { everyMs: 60_000 } });
    server.api.hold();
    const calls = [ask(), ask(), ask().then((response) => response.text()), fetch(server.apiUrl)];
    const outcome = Promise.allSettled(calls);
    await Promise.all([server.tokenEndpoint.received(3), server.api.received(1)]);

    await server.close();

    expect((await outcome).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  });

  it('frees the ports, may be called twice, and supports await using', async () => {
    let url: string;
    {
      await using disposed = await startAuthorizationServer();
      url = disposed.tokenUrl;
    }
    await server.close();
    await server.close();

    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });
});

describe('the properties of the server', () => {
  it('configure a provider with the current secret', async () => {
    const { tokenUrl, apiUrl } = server;
    server.clientSecret = 'rotated';

    const config: ProviderConfig = server.providerConfig;

    expect(config).toStrictEqual({
      tokenUrl,
      clientId: 'client',
      clientSecret: 'rotated',
      clientAuthentication: 'client_secret_basic',
      api: { baseURL: apiUrl },
    });
  });

  it('leave inapplicable options out of the configuration', async () => {
    const dialect = { grantType: null };
    await using open = await startAuthorizationServer({ clientAuthentication: 'none', dialect });
    await using custom = await startAuthorizationServer({ clientAuthentication: () => true });

    expect(open.providerConfig).not.toHaveProperty('clientSecret');
    expect(open.providerConfig.dialect).toBe(dialect);
    expect(custom.providerConfig).not.toHaveProperty('clientAuthentication');
    expect(custom.providerConfig).not.toHaveProperty('dialect');
  });

  it('print neither secrets nor tokens', async () => {
    await ask();

    const printed = inspect(server, { depth: 9 }) + JSON.stringify(server) + inspect(server.tokenEndpoint);

    expect(printed).not.toContain('secret');
    expect(printed).not.toContain('token-1');
  });
});
