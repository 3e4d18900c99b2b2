import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import {
  authorizeFetch,
  TokenManager,
  type AuthorizedFetch,
  type ProviderConfig,
} from 'nestjs-client-credentials/core';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from 'nestjs-client-credentials/testing';

interface FetchUnderTest extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly tokens: TokenManager;
  readonly fetch: AuthorizedFetch;
  readonly url: (path: string) => string;
}

async function startFetchUnderTest(
  options: { server?: AuthorizationServerOptions; provider?: Partial<ProviderConfig> } = {},
): Promise<FetchUnderTest> {
  const server = await startAuthorizationServer(options.server);
  const provider = { ...server.providerConfig, tokenRequest: { attempts: 1 }, ...options.provider };
  const tokens = new TokenManager({ providers: { desk: provider } });
  return {
    server,
    tokens,
    fetch: authorizeFetch(tokens.source('desk')),
    url: (path) => `${server.apiUrl}${path}`,
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await server.close();
    },
  };
}

describe('an authorized fetch', () => {
  it('sends the bearer with every form of a call', async () => {
    await using api = await startFetchUnderTest();

    await api.fetch(api.url('/a'));
    await api.fetch(new URL(api.url('/b')), { method: 'POST', body: 'x' });
    await api.fetch(new Request(api.url('/c'), { headers: { 'x-own': '1' }, method: 'PUT', body: 'y' }));

    const token = api.server.issued[0]?.value;
    expect(api.server.apiRequests.map(({ method, text, token: sent }) => [method, text, sent])).toEqual([
      ['GET', '', token],
      ['POST', 'x', token],
      ['PUT', 'y', token],
    ]);
    expect(api.server.apiRequests[2]?.headers['x-own']).toBe('1');
    expect(api.server.tokenRequests).toHaveLength(1);
  });

  it.each([
    ['a string', () => 'text'],
    ['URLSearchParams', () => new URLSearchParams({ a: 'ü' })],
    ['bytes', () => new Uint8Array([0, 255])],
    ['a blob', () => new Blob(['blob'], { type: 'text/plain' })],
    [
      'a form',
      () => {
        const form = new FormData();
        form.append('file', new Blob(['content']), 'a.bin');
        return form;
      },
    ],
  ])('replays %s byte for byte', async (_, body) => {
    await using api = await startFetchUnderTest();
    await api.fetch(api.url('/warm'));
    api.server.revoke();

    const response = await api.fetch(api.url('/upload'), { method: 'POST', body: body() });

    const [, refused, replayed] = api.server.apiRequests;
    expect(response.status).toBe(200);
    expect(refused?.body.length).toBeGreaterThan(0);
    expect(replayed?.body).toEqual(refused?.body);
    expect(replayed?.headers['content-type']).toBe(refused?.headers['content-type']);
    expect(api.server.tokenRequests).toHaveLength(2);
  });

  it('does not replay a Request of more than a mebibyte, but drops the token and attaches the reason', async () => {
    await using api = await startFetchUnderTest();
    await api.fetch(api.url('/warm'));
    api.server.revoke();

    const response = await api.fetch(
      new Request(api.url('/upload'), { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) }),
    );
    const next = await api.fetch(api.url('/next'));

    expect([response.status, next.status]).toEqual([401, 200]);
    expect(String((response as { cause?: Error }).cause)).toContain('could be read only once');
    expect(api.server.apiRequests.map(({ path }) => path)).toEqual(['/warm', '/upload', '/next']);
  });

  it('sends a call at most twice', async () => {
    await using api = await startFetchUnderTest();
    api.server.api.answerNext(Infinity, { status: 401, body: 'no' });

    const first = await api.fetch(api.url('/a'));
    const second = await api.fetch(api.url('/b'));

    expect([first.status, await first.text(), second.status]).toEqual([401, 'no', 401]);
    expect(api.server.apiRequests).toHaveLength(3);
    expect(api.server.tokenRequests).toHaveLength(2);
  });

  it('returns the 401 with the token error as its cause if no new token can be acquired', async () => {
    await using api = await startFetchUnderTest();
    await api.fetch(api.url('/warm'));
    api.server.revoke();
    api.server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });

    const response = await api.fetch(api.url('/a'));

    expect(response.status).toBe(401);
    expect((response as { cause?: unknown }).cause).toMatchObject({ code: 'token_request_rejected' });
  });

  it('does not send the call if no token can be acquired', async () => {
    await using api = await startFetchUnderTest();
    api.server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });

    await expect(api.fetch(api.url('/a'))).rejects.toMatchObject({ code: 'token_request_rejected' });

    expect(api.server.apiRequests).toHaveLength(0);
  });

  it('passes the body to reacquire.on, and leaves it readable for the caller', async () => {
    const on = ({ data }: { data: unknown }): boolean => (data as { errcode?: number }).errcode === 40001;
    await using api = await startFetchUnderTest({ provider: { reacquire: { on } } });
    api.server.api.answerNext(1, { status: 200, body: { errcode: 40001 } });

    const response = await api.fetch(api.url('/a'));

    expect(await response.json()).toMatchObject({ path: '/a' });
    expect(api.server.tokenRequests).toHaveLength(2);
  });

  it('does not read an endless body for reacquire.on', async () => {
    const seen: unknown[] = [];
    const on = ({ data }: { data: unknown }): boolean => {
      seen.push(data);
      return false;
    };
    await using api = await startFetchUnderTest({ provider: { reacquire: { on } } });
    api.server.api.answerNext(1, (_request, answer) => {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      answer.write('data: 1\n\n');
    });

    const response = await api.fetch(api.url('/events'));

    expect(response.status).toBe(200);
    expect(seen).toEqual([undefined]);
    await response.body?.cancel();
  });

  it('rejects a URL with a user name', async () => {
    await using api = await startFetchUnderTest();

    const call = api.fetch(api.url('/a').replace('//', '//user:pass@'));

    await expect(call).rejects.toMatchObject({ code: 'invalid_configuration' });
    expect(api.server.tokenRequests).toHaveLength(0);
  });

  it('adds no token to calls with their own header, to other origins, or with clientCredentials: false', async () => {
    await using other = await startAuthorizationServer();
    await using api = await startFetchUnderTest();

    await api.fetch(api.url('/a'), { headers: { authorization: 'Basic x' } });
    await api.fetch(`${other.apiUrl}/b`);
    await api.fetch(api.url('/c'), { clientCredentials: false });

    const headers = [...api.server.apiRequests, ...other.apiRequests].map(
      (request) => request.headers.authorization,
    );
    expect(headers).toEqual(['Basic x', undefined, undefined]);
    expect(api.server.tokenRequests).toHaveLength(0);
  });

  it('judges each address by itself, also one that begins as an allowed one before it', async () => {
    const baseURL = 'https://api.example.com';
    await using api = await startFetchUnderTest({ provider: { api: { baseURL } } });
    const sent: [string, boolean][] = [];
    const fetch = authorizeFetch(api.tokens.source('desk'), (input, init) => {
      sent.push([
        input instanceof Request ? input.url : input.toString(),
        new Headers(init?.headers).has('authorization'),
      ]);
      return Promise.resolve(new Response('{}'));
    });
    const others = ['.example.org/a', ':8443/a', '.:443/a', '@example.org/a'].map(
      (end) => `${baseURL}${end}`,
    );
    const addresses = [`${baseURL}/a`, ...others, '\nhttps://example.org/a', `${baseURL}/@example.org/a`];

    for (const address of addresses) await fetch(address);

    expect(sent).toEqual(addresses.map((address) => [address, address.startsWith(`${baseURL}/`)]));
    await expect(fetch(`${baseURL}:none/a`)).rejects.toMatchObject({ name: 'TypeError' });
  });

  it('requests the scope of the call or of tokenFor', async () => {
    const tokenFor = ({ method }: { method: string }) => (method === 'GET' ? { scope: 'read' } : undefined);
    await using api = await startFetchUnderTest({ provider: { scope: 'write', tokenFor } });

    await api.fetch(api.url('/a'));
    await api.fetch(api.url('/a'), { method: 'DELETE' });
    await api.fetch(api.url('/a'), { clientCredentials: { scope: 'admin' } });

    expect(api.server.issued.map(({ scope }) => scope)).toEqual(['read', 'write', 'admin']);
  });

  it.each<[string, () => { body: NonNullable<RequestInit['body']>; change: (value: string) => void }]>([
    [
      'parameters',
      () => {
        const body = new URLSearchParams({ id: '1' });
        return { body, change: (value) => body.set('id', value) };
      },
    ],
    [
      'bytes',
      () => {
        const body = Buffer.from('id=1');
        return { body, change: (value) => void body.write(value, 3) };
      },
    ],
    [
      'a buffer',
      () => {
        const body = new TextEncoder().encode('id=1').buffer;
        return { body, change: (value) => void Buffer.from(body).write(value, 3) };
      },
    ],
    [
      'a form',
      () => {
        const body = new FormData();
        body.set('id', '1');
        return { body, change: (value) => body.set('id', value) };
      },
    ],
  ])('sends the body as it was at the time of the call, also in the replay: %s', async (_, make) => {
    await using api = await startFetchUnderTest();
    const { body, change } = make();
    const send = async (path: string): Promise<Response> =>
      api.fetch(api.url(path), { method: 'POST', body });

    const first = send('/first');
    change('2');
    const second = send('/second');
    change('3');
    await Promise.all([first, second]);
    api.server.revoke();
    api.server.api.answerNext(1, (request, answer) => {
      change('5');
      answer.writeHead(request.method === 'POST' ? 401 : 500).end();
    });
    change('4');
    await send('/third');

    const ids = api.server.apiRequests
      .toSorted((a, b) => a.path.localeCompare(b.path))
      .map(({ path, text }) => [path, /id(?:=|"\r\n\r\n)(\d)/.exec(text)?.[1]]);
    expect(ids).toEqual([
      ['/first', '1'],
      ['/second', '2'],
      ['/third', '4'],
      ['/third', '4'],
    ]);
  });

  it('sets response.redirected and response.url after a redirect', async () => {
    await using api = await startFetchUnderTest();
    api.server.api.answerNext(1, { redirectTo: '/there' });

    const [moved, direct] = [await api.fetch(api.url('/here')), await api.fetch(api.url('/here'))];

    expect([moved.redirected, direct.redirected]).toEqual([true, false]);
    expect(moved.url).toBe(api.url('/there'));
  });

  it('replays with the original token request, even if the object has changed', async () => {
    await using api = await startFetchUnderTest();
    const request = { scope: ['read'] };
    api.server.api.answerNext(1, (_, answer) => {
      request.scope[0] = 'write';
      answer.writeHead(401).end();
    });

    await api.fetch(api.url('/a'), { clientCredentials: request });
    await api.fetch(api.url('/b'), { clientCredentials: request });

    const scopes = api.server.tokenRequests.map(({ parameters }) => parameters['scope']);
    expect(scopes).toEqual(['read', 'read', 'write']);
    expect(api.server.apiRequests.map(({ token }) => token)).toEqual(
      api.server.issued.map(({ value }) => value),
    );
  });

  it('replays what was sent first, even if the caller has changed its init since', async () => {
    await using api = await startFetchUnderTest();
    await api.fetch(api.url('/warm'));
    api.server.revoke();
    const headers: Record<string, string> = { 'x-own': 'first' };
    const init = { method: 'POST', body: 'first', headers };

    const pending = api.fetch(api.url('/a'), init);
    headers['x-own'] = 'changed';
    init.body = 'changed';
    await pending;

    const sent = api.server.apiRequests.slice(1);
    expect(sent.map(({ text, headers: seen }) => [text, seen['x-own']])).toEqual([
      ['first', 'first'],
      ['first', 'first'],
    ]);
  });

  it('ends the wait for the token when the call is aborted', async () => {
    await using api = await startFetchUnderTest();
    api.server.tokenEndpoint.hold();
    const controller = new AbortController();

    const call = api.fetch(api.url('/a'), { signal: controller.signal });
    await api.server.tokenEndpoint.received(1);
    controller.abort(new Error('enough'));

    await expect(call).rejects.toThrow('enough');
    api.server.tokenEndpoint.release();
    await api.fetch(api.url('/b'));
    expect(api.server.tokenRequests).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308])(
    'keeps a header of its own off other origins, also on %d',
    async (status) => {
      await using other = await startAuthorizationServer();
      const dialect = { authorization: { header: 'X-Api-Token', scheme: '' } };
      await using api = await startFetchUnderTest({ server: { dialect } });
      api.server.api.answerNext(1, { redirectTo: '/same', status });
      api.server.api.answerNext(1, { redirectTo: `${other.apiUrl}/there`, status });

      await api.fetch(api.url('/here'), { method: 'POST', body: 'x', headers: { cookie: 'a=b' } });

      const token = api.server.issued[0]?.value;
      expect(api.server.apiRequests.map(({ headers }) => headers['x-api-token'])).toEqual([token, token]);
      const [elsewhere] = other.apiRequests;
      expect([elsewhere?.headers['x-api-token'], elsewhere?.headers.cookie]).toEqual([undefined, undefined]);
      expect([elsewhere?.method, elsewhere?.text]).toEqual(status < 304 ? ['GET', ''] : ['POST', 'x']);
    },
  );

  it('leaves redirects to a caller with redirect: manual', async () => {
    await using api = await startFetchUnderTest();
    api.server.api.answerNext(2, { redirectTo: '/there' });

    const response = await api.fetch(api.url('/a'), { redirect: 'manual' });

    expect(response.status).toBe(302);
    await expect(api.fetch(api.url('/b'), { redirect: 'error' })).rejects.toThrow('fetch failed');
  });

  it('gives up after twenty redirects', async () => {
    await using api = await startFetchUnderTest();
    api.server.api.answerNext(Infinity, { redirectTo: '/round' });

    await expect(api.fetch(api.url('/a'))).rejects.toThrow('fetch failed');

    expect(api.server.apiRequests).toHaveLength(21);
  });

  it('shows no token from the query', async () => {
    await using api = await startFetchUnderTest({
      server: { dialect: { authorization: { query: 'access_token' } } },
    });

    const response = await api.fetch(api.url('/a?b=1'));

    const token = api.server.issued[0]?.value;
    expect(api.server.apiRequests[0]?.query).toEqual({ b: '1', access_token: token });
    expect(inspect(response, { showHidden: true, depth: 5 })).not.toContain(token);
    expect(response.url).toBe(api.url('/a?b=1'));
  });

  it('warns once when no origin is allowed', async () => {
    const server = await startAuthorizationServer();
    const warnings: string[] = [];
    const { api: _, ...provider } = server.providerConfig;
    const tokens = new TokenManager({ providers: { desk: provider } }, (message) => warnings.push(message));
    const fetch = authorizeFetch(tokens.source('desk'));

    await fetch(server.apiUrl);
    await fetch(server.apiUrl);

    expect(warnings).toEqual([expect.stringContaining('no origin is allowed')]);
    await server.close();
  });
});
