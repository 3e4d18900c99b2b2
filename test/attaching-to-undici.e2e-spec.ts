import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import {
  Agent,
  Client,
  fetch,
  FormData as UndiciFormData,
  interceptors,
  MockAgent,
  pipeline,
  request,
  stream,
  upgrade,
  type Dispatcher,
} from 'undici';
import { ClientCredentialsError, TokenManager, type ProviderConfig } from 'nestjs-client-credentials/core';
import {
  fakeTokenSource,
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from 'nestjs-client-credentials/testing';
import { authorizeDispatcher } from 'nestjs-client-credentials/undici';
import { selfSigned } from './support/certificate-authority.js';
import { listen } from './support/listen.js';
import { until } from './support/until.js';

interface Desk extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly tokens: TokenManager;
  readonly dispatcher: Dispatcher;
  readonly warnings: string[];
  readonly url: (path: string) => string;
}

type Compose = (
  authorize: Dispatcher.DispatcherComposeInterceptor,
) => Dispatcher.DispatcherComposeInterceptor[];

async function openDesk(
  options: {
    server?: AuthorizationServerOptions;
    provider?: Partial<ProviderConfig>;
    compose?: Compose;
    agent?: Agent.Options;
  } = {},
): Promise<Desk> {
  const server = await startAuthorizationServer(options.server);
  const provider = { ...server.providerConfig, tokenRequest: { attempts: 1 }, ...options.provider };
  const warnings: string[] = [];
  const tokens = new TokenManager(
    { providers: { desk: provider } },
    (message) => void warnings.push(message),
  );
  const agent = new Agent(options.agent);
  const authorize = authorizeDispatcher(tokens.source('desk'));
  return {
    server,
    tokens,
    warnings,
    dispatcher: agent.compose(...(options.compose?.(authorize) ?? [authorize])),
    url: (path) => `${server.apiUrl}${path}`,
    async [Symbol.asyncDispose]() {
      await agent.destroy();
      await tokens.close();
      await server.close();
    },
  };
}

/** Clients of a dispatcher: status and text of a call. */
const CLIENTS: [string, (desk: Desk, path: string, options?: Sent) => Promise<Answer>][] = [
  [
    'request',
    async ({ dispatcher, url }, path, options = {}) => {
      const { statusCode, body } = await request(url(path), { dispatcher, ...options } as never);
      return { status: statusCode, text: await body.text() };
    },
  ],
  [
    'fetch of undici',
    async ({ dispatcher, url }, path, options = {}) => {
      const response = await fetch(url(path), { dispatcher, ...options } as never);
      return { status: response.status, text: await response.text() };
    },
  ],
  [
    'fetch of the platform',
    async ({ dispatcher, url }, path, options = {}) => {
      const response = await globalThis.fetch(url(path), { dispatcher, ...options } as never);
      return { status: response.status, text: await response.text() };
    },
  ],
  [
    'stream',
    async ({ dispatcher, url }, path, options = {}) => {
      let status = 0;
      const chunks: Buffer[] = [];
      const { Writable } = await import('node:stream');
      await stream(url(path), { dispatcher, method: 'GET', ...options } as never, ({ statusCode }) => {
        status = statusCode;
        return new Writable({
          write(chunk: Buffer, _encoding, done) {
            chunks.push(chunk);
            done();
          },
        });
      });
      return { status, text: Buffer.concat(chunks).toString() };
    },
  ],
];

interface Sent {
  method?: string;
  body?: unknown;
  headers?: unknown;
}

interface Answer {
  status: number;
  text: string;
}

describe.each(CLIENTS)('a dispatcher with tokens, used by %s', (_, call) => {
  it('sends the bearer, and one token serves all calls', async () => {
    await using desk = await openDesk();

    const answers = [await call(desk, '/a'), await call(desk, '/b', { method: 'POST', body: 'x' })];

    const token = desk.server.issued[0]?.value;
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(desk.server.apiRequests.map((sent) => [sent.method, sent.text, sent.token])).toEqual([
      ['GET', '', token],
      ['POST', 'x', token],
    ]);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('sends a call once more with a new token after a 401, and never a third time', async () => {
    await using desk = await openDesk();
    await call(desk, '/warm');
    desk.server.revoke();

    const replayed = await call(desk, '/a', { method: 'POST', body: 'the same bytes' });
    desk.server.api.failNext(9, { status: 401 });
    const refused = await call(desk, '/b');

    expect([replayed.status, refused.status]).toEqual([200, 401]);
    expect(desk.server.apiRequests.map(({ url, text: sent }) => `${url} ${sent}`)).toEqual([
      '/warm ',
      '/a the same bytes',
      '/a the same bytes',
      '/b ',
    ]);
  });

  it('fails with the error of the token request, and sends nothing', async () => {
    await using desk = await openDesk();
    desk.server.tokenEndpoint.failNext(1, { status: 401, body: { error: 'invalid_client' } });

    const error: unknown = await call(desk, '/a').catch((thrown: unknown) => thrown);

    const cause = error instanceof ClientCredentialsError ? error : (error as Error).cause;
    // The platform's fetch knows no errors of jest's own realm, and makes another with the same text.
    expect(String(cause)).toMatch(
      /^(Error: )?ClientCredentialsError: The token request of "desk" was rejected/,
    );
    expect(desk.server.apiRequests).toEqual([]);
  });

  it('passes the 401 on, with its body, if no new token can be had', async () => {
    await using desk = await openDesk();
    await call(desk, '/warm');
    desk.server.revoke();
    desk.server.tokenEndpoint.failNext(1, { status: 503 });

    const { status, text: body } = await call(desk, '/a');

    expect(status).toBe(401);
    expect(body).not.toBe('');
    expect(desk.server.apiRequests).toHaveLength(2);
  });

  it('shares one token request among many calls', async () => {
    await using desk = await openDesk();

    const answers = await Promise.all(Array.from({ length: 20 }, async () => call(desk, '/a')));

    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it.each([
    ['an object', { authorization: 'Bearer own' }],
    ['an object in another spelling', { AUTHORIZATION: 'Bearer own' }],
  ])('keeps a header of the caller’s own in %s', async (_form, headers) => {
    await using desk = await openDesk();

    const { status } = await call(desk, '/a', { headers });

    expect(status).toBe(401);
    expect(desk.server.apiRequests.map(({ headers: sent }) => sent['authorization'])).toEqual(['Bearer own']);
    expect(desk.server.tokenRequests).toEqual([]);
  });

  it('sends nothing of the token to another origin, and warns once if it is refused there', async () => {
    await using desk = await openDesk();
    const seen: (string | undefined)[] = [];
    const other = await listen((sent, response) => {
      seen.push(sent.headers.authorization);
      response.writeHead(401).end();
    });

    const elsewhere = { ...desk, url: (path: string) => other.url + path };
    const answers = [await call(elsewhere, '/a'), await call(elsewhere, '/b')];

    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(seen).toEqual([undefined, undefined]);
    expect(desk.server.tokenRequests).toEqual([]);
    expect(desk.warnings).toEqual([expect.stringContaining('allowedOrigins')]);
    await other.close();
  });
});

describe('what a dispatcher takes', () => {
  it.each<[string, unknown]>([
    ['a list', ['x-own', '1', 'accept', '*/*']],
    ['a Map', new Map([['x-own', '1']])],
    ['an iterator, which can be read once', new Map([['x-own', '1']]).entries()],
    ['Headers', new Headers({ 'x-own': '1' })],
    ['an object with several values', { 'x-own': ['1'] }],
    ['nothing', undefined],
  ])('headers as %s', async (_, headers) => {
    await using desk = await openDesk();

    const { statusCode, body } = await request(desk.url('/a'), {
      dispatcher: desk.dispatcher,
      headers,
    } as never);
    await body.dump();

    expect(statusCode).toBe(200);
    expect(desk.server.apiRequests[0]?.headers['x-own']).toBe(headers === undefined ? undefined : '1');
  });

  it.each<[string, () => unknown]>([
    ['a text', () => 'text'],
    ['a Buffer', () => Buffer.from([0, 255])],
    ['bytes', () => new Uint8Array([1, 2])],
    [
      'a form',
      () => {
        const form = new UndiciFormData();
        form.append('name', 'value');
        return form;
      },
    ],
    [
      'a generator',
      () =>
        (function* chunks() {
          yield 'a';
          yield Buffer.from('b');
        })(),
    ],
    [
      'an async generator',
      () =>
        (async function* chunks() {
          yield 'a';
          yield 'b';
        })(),
    ],
  ])('%s as a body, and replays it byte for byte', async (_, body) => {
    await using desk = await openDesk();
    await (await request(desk.url('/warm'), { dispatcher: desk.dispatcher })).body.dump();
    desk.server.revoke();

    const answer = await request(desk.url('/a'), {
      dispatcher: desk.dispatcher,
      method: 'POST',
      body: body(),
    } as never);
    await answer.body.dump();

    const [, refused, replayed] = desk.server.apiRequests;
    expect(answer.statusCode).toBe(200);
    expect(refused?.body.length).toBeGreaterThan(0);
    expect(replayed?.body.equals(refused?.body ?? Buffer.alloc(0))).toBe(true);
    expect(replayed?.headers['content-type']).toBe(refused?.headers['content-type']);
  });

  it.each<[string, () => unknown]>([
    ['a Readable', () => Readable.from(['a', 'b'])],
    [
      'a generator of more than a mebibyte',
      () =>
        (function* chunks() {
          for (let i = 0; i < 20; i += 1) yield Buffer.alloc(65_536);
        })(),
    ],
  ])('%s as a body, and sends it once: the next call has a new token', async (_, body) => {
    await using desk = await openDesk();
    await (await request(desk.url('/warm'), { dispatcher: desk.dispatcher })).body.dump();
    desk.server.revoke();

    const refused = await request(desk.url('/a'), {
      dispatcher: desk.dispatcher,
      method: 'POST',
      body: body(),
    } as never);
    await refused.body.dump();
    const next = await request(desk.url('/b'), { dispatcher: desk.dispatcher });
    await next.body.dump();

    expect([refused.statusCode, next.statusCode]).toEqual([401, 200]);
    expect(desk.server.apiRequests.map(({ url }) => url)).toEqual(['/warm', '/a', '/b']);
  });

  it('headers that the caller changes later, and replays those that were sent first', async () => {
    await using desk = await openDesk();
    await (await request(desk.url('/warm'), { dispatcher: desk.dispatcher })).body.dump();
    desk.server.revoke();
    const headers: Record<string, string> = { 'x-own': 'first' };

    const pending = request(desk.url('/a'), { dispatcher: desk.dispatcher, headers });
    headers['x-own'] = 'changed';
    await (await pending).body.dump();

    const sent = desk.server.apiRequests.slice(1);
    expect(sent.map(({ headers: seen }) => seen['x-own'])).toEqual(['first', 'first']);
  });

  it('what a request says of its token, or that it wants none', async () => {
    await using desk = await openDesk();
    const send = async (clientCredentials: unknown): Promise<number> => {
      const { statusCode, body } = await request(desk.url('/a'), {
        dispatcher: desk.dispatcher,
        ...({ clientCredentials } as object),
      });
      await body.dump();
      return statusCode;
    };

    const statuses = [await send({ scope: 'me' }), await send(false)];
    const wrong: unknown = await send({ scop: 'me' }).catch((error: unknown) => error);

    expect(statuses).toEqual([200, 401]);
    expect(desk.server.tokenRequests[0]?.parameters).toMatchObject({ scope: 'me' });
    expect(desk.server.apiRequests.map(({ token }) => token)).toEqual([
      desk.server.issued[0]?.value,
      undefined,
    ]);
    expect(wrong).toMatchObject({ code: 'invalid_configuration' });
  });

  it('the scope that tokenFor chooses by method, address and headers', async () => {
    const calls: unknown[] = [];
    await using desk = await openDesk({
      provider: {
        tokenFor: (outbound) => {
          calls.push(outbound);
          return { scope: outbound.method === 'GET' ? 'read' : 'write' };
        },
      },
    });

    const { body } = await request(desk.url('/a'), {
      dispatcher: desk.dispatcher,
      method: 'PUT',
      query: { page: 2 },
      headers: { 'X-Own': '1' },
    });
    await body.dump();

    expect(desk.server.tokenRequests[0]?.parameters).toMatchObject({ scope: 'write' });
    expect(calls).toEqual([{ method: 'PUT', url: desk.url('/a?page=2'), headers: { 'x-own': '1' } }]);
    expect(desk.server.apiRequests[0]?.url).toBe('/a?page=2');
  });

  it('tenants, each with its own token', async () => {
    await using desk = await openDesk({
      server: { clientAuthentication: () => true },
      provider: { tenants: async (tenant) => (tenant === 'none' ? undefined : { clientId: tenant }) },
    });
    const send = async (tenant: string): Promise<number> => {
      const options = { clientCredentials: { tenant } };
      const { statusCode, body } = await request(desk.url('/a'), { dispatcher: desk.dispatcher, ...options });
      await body.dump();
      return statusCode;
    };

    const statuses = [await send('a'), await send('b'), await send('a')];
    const unknown: unknown = await send('none').catch((error: unknown) => error);

    expect(statuses).toEqual([200, 200, 200]);
    expect(desk.server.tokenRequests).toHaveLength(2);
    expect(unknown).toMatchObject({ code: 'unknown_tenant', tenant: 'none' });
  });

  it('an upgrade, with the token', async () => {
    const server = createServer().on('upgrade', (sent: IncomingMessage, socket) => {
      socket.end(
        `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: test\r\nx-seen: ${sent.headers.authorization}\r\n\r\n`,
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address() as { port: number };
    const origin = `http://127.0.0.1:${address.port}`;
    const agent = new Agent();
    const source = fakeTokenSource({ token: 'for-upgrades' });
    const dispatcher = agent.compose(authorizeDispatcher(source, { allowedOrigins: [origin] }));

    const { headers, socket } = await upgrade(`${origin}/ws`, { dispatcher, protocol: 'test' });

    expect(headers['x-seen']).toBe('Bearer for-upgrades');
    socket.destroy();
    await agent.destroy();
    server.close();
  });

  it('a pipeline, streaming both ways', async () => {
    await using desk = await openDesk();
    const duplex = pipeline(
      desk.url('/a'),
      { dispatcher: desk.dispatcher, method: 'POST' },
      ({ body }) => body,
    );
    duplex.end('through');

    await text(duplex);

    expect(desk.server.apiRequests[0]).toMatchObject({
      text: 'through',
      token: desk.server.issued[0]?.value,
    });
  });

  it('a token source of the application’s own', async () => {
    await using desk = await openDesk();
    const source = fakeTokenSource({ token: 'first' });
    const agent = new Agent();
    const { origin } = new URL(desk.server.apiUrl);
    const dispatcher = agent.compose(authorizeDispatcher(source, { allowedOrigins: [origin] }));
    source.revoke();

    const { statusCode, body } = await request(desk.url('/a'), { dispatcher });
    await body.dump();

    expect(statusCode).toBe(401);
    expect(new Set(desk.server.apiRequests.map(({ token }) => token)).size).toBe(2);
    await agent.destroy();
  });

  it.each([
    ['no source', () => authorizeDispatcher({} as never), 'source: must be a token source'],
    [
      'no origin',
      () => authorizeDispatcher(fakeTokenSource(), { allowedOrigins: ['api'] }),
      'allowedOrigins.0',
    ],
    [
      'an unknown option',
      () => authorizeDispatcher(fakeTokenSource(), { certificate: 'agent' as never }),
      "certificate: must be 'dispatcher'",
    ],
  ])('but %s', (_, authorize, message) => {
    expect(authorize).toThrow(message);
  });
});

describe('a provider with a client certificate', () => {
  it('is refused, unless the dispatcher is said to present the certificate', async () => {
    const { cert, key } = await selfSigned('desk');
    await using desk = await openDesk({ provider: { certificate: { cert, key } } });
    const agent = new Agent();
    const source = desk.tokens.source('desk');
    const presenting = agent.compose(authorizeDispatcher(source, { certificate: 'dispatcher' }));

    const refused: unknown = await request(desk.url('/a'), { dispatcher: desk.dispatcher }).catch(
      (error: unknown) => error,
    );
    const { statusCode, body } = await request(desk.url('/b'), { dispatcher: presenting });
    await body.dump();

    expect(refused).toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining("certificate: 'dispatcher'"),
    });
    expect(statusCode).toBe(200);
    expect(desk.server.apiRequests.map(({ url }) => url)).toEqual(['/b']);
    await agent.destroy();
  });
});

describe('a dispatcher that does not tell origins', () => {
  it('sends its requests without a token, and one warning says what to use', async () => {
    await using desk = await openDesk();
    const client = new Client(new URL(desk.server.apiUrl).origin);
    const dispatcher = client.compose(authorizeDispatcher(desk.tokens.source('desk')));

    for (const path of ['/a', '/b']) {
      const { statusCode, body } = await dispatcher.request({ path, method: 'GET' });
      await body.dump();
      expect(statusCode).toBe(401);
    }

    expect(desk.server.tokenRequests).toEqual([]);
    expect(desk.warnings).toEqual([expect.stringContaining('new Agent().compose(')]);
    await client.destroy();
  });
});

describe('a call that is aborted', () => {
  it.each(CLIENTS.slice(0, 3))('while it waits for the token ends at once, by %s', async (_, call) => {
    await using desk = await openDesk();
    desk.server.tokenEndpoint.hold();
    const controller = new AbortController();
    const pending = call(desk, '/a', { signal: controller.signal } as Sent).catch((error: unknown) => error);
    await desk.server.tokenEndpoint.received(1);

    controller.abort(new Error('enough'));
    const error = (await pending) as Error;

    expect(error).toBeInstanceOf(Error);
    expect(inspect(error)).toMatch(/enough|abort/i);
    expect(desk.server.apiRequests).toEqual([]);
    desk.server.tokenEndpoint.release();
  });

  it('while it waits for the second token is not sent again', async () => {
    await using desk = await openDesk();
    await (await request(desk.url('/warm'), { dispatcher: desk.dispatcher })).body.dump();
    desk.server.revoke();
    desk.server.tokenEndpoint.hold();
    const controller = new AbortController();
    const pending = request(desk.url('/a'), { dispatcher: desk.dispatcher, signal: controller.signal }).catch(
      (error: unknown) => error,
    );
    await desk.server.tokenEndpoint.received(2);

    controller.abort(new Error('enough'));
    const error = await pending;
    desk.server.tokenEndpoint.release();
    await until(() => desk.tokens.snapshot()[0]?.state === 'fresh');

    expect(inspect(error)).toMatch(/enough|abort/i);
    expect(desk.server.apiRequests.map(({ url }) => url)).toEqual(['/warm', '/a']);
  });
});

describe('a response', () => {
  it('of megabytes is streamed with the reader’s own pace', async () => {
    const api = await listen((_sent, response) => {
      response.writeHead(200);
      let rest = 64;
      const more = (): void => {
        while (rest-- > 0)
          if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', more);
        response.end();
      };
      more();
    });
    const agent = new Agent();
    const source = fakeTokenSource();
    const dispatcher = agent.compose(authorizeDispatcher(source, { allowedOrigins: [api.url] }));

    const { body } = await request(`${api.url}/a`, { dispatcher });
    let size = 0;
    for await (const chunk of body) size += (chunk as Buffer).length;

    expect(size).toBe(64 * 65_536);
    await agent.destroy();
    await api.close();
  });

  it('that reacquire.on reads reaches the caller whole', async () => {
    await using desk = await openDesk({
      provider: {
        reacquire: {
          on: ({ status, data }) => status === 200 && Object(data).expired === true,
          cooldownSeconds: 0,
        },
      },
    });
    desk.server.api.failNext(1, { status: 200, body: { expired: true } });

    const first = await request(desk.url('/a'), { dispatcher: desk.dispatcher });
    await first.body.dump();
    desk.server.api.failNext(1, { status: 200, body: { expired: false, text: 'whole' } });
    const second = await request(desk.url('/b'), { dispatcher: desk.dispatcher });

    expect(desk.server.apiRequests.map(({ url }) => url)).toEqual(['/a', '/a', '/b']);
    expect(await second.body.json()).toEqual({ expired: false, text: 'whole' });
  });

  it('that says insufficient_scope is told by an event, and is not replayed', async () => {
    await using desk = await openDesk();
    const events: unknown[] = [];
    desk.tokens.onEvent((event) => void (event.type === 'api.refused' && events.push(event)));
    desk.server.api.failNext(1, {
      status: 403,
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="invoices.write"' },
    });

    const { statusCode, body } = await request(desk.url('/a'), { dispatcher: desk.dispatcher });
    await body.dump();

    expect(statusCode).toBe(403);
    expect(events).toMatchObject([{ reason: 'insufficient_scope', requiredScopes: ['invoices.write'] }]);
    expect(desk.server.apiRequests).toHaveLength(1);
  });
});

describe('many calls over one connection', () => {
  it.each([1, 10])('with a pipeline of %i get a new token once after a revocation', async (pipelining) => {
    await using desk = await openDesk({ agent: { connections: 1, pipelining } });
    const send = async (): Promise<number> => {
      const { statusCode, body } = await request(desk.url('/a'), { dispatcher: desk.dispatcher });
      await body.dump();
      return statusCode;
    };
    await send();
    desk.server.revoke();

    const statuses = await Promise.all(Array.from({ length: 20 }, send));

    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(desk.server.tokenRequests).toHaveLength(2);
  });
});

describe('tokens bound to a key', () => {
  it('go with a proof of each request, and a nonce is answered within the call', async () => {
    const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const source = await openDesk({ provider: {} });
    await source[Symbol.asyncDispose]();
    const seen: (string | undefined)[][] = [];
    const api = await listen((sent: IncomingMessage, response: ServerResponse) => {
      const proof = String(sent.headers['dpop']);
      const { nonce, htm, htu } = JSON.parse(
        Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString(),
      ) as Record<string, string>;
      seen.push([sent.headers.authorization, htm, htu, nonce]);
      if (nonce === undefined) {
        response
          .writeHead(401, { 'dpop-nonce': 'n1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' })
          .end();
      } else response.writeHead(200).end('{}');
    });
    const server = await listen((_sent, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ access_token: 'bound', token_type: 'DPoP', expires_in: 3600 }));
    });
    const tokens = new TokenManager({
      providers: {
        desk: {
          tokenUrl: `${server.url}/token`,
          clientId: 'desk',
          clientSecret: 's',
          dpop: { keyPair },
          api: { baseURL: api.url },
        },
      },
    });
    const agent = new Agent();
    const dispatcher = agent.compose(authorizeDispatcher(tokens.source('desk')));

    const { statusCode, body } = await request(`${api.url}/a?x=1`, { dispatcher, method: 'POST', body: 'b' });
    await body.dump();

    expect(statusCode).toBe(200);
    expect(seen).toEqual([
      ['DPoP bound', 'POST', `${api.url}/a`, undefined],
      ['DPoP bound', 'POST', `${api.url}/a`, 'n1'],
    ]);
    await agent.destroy();
    await tokens.close();
    await Promise.all([api.close(), server.close()]);
  });
});

describe('beside the interceptors of undici', () => {
  const { redirect, retry, dns, cache } = interceptors;

  /** An API that redirects to another origin, and both see what is sent. */
  async function startRedirects(): Promise<{
    from: string;
    seen: [string, string | undefined][];
    close: () => Promise<void>;
  }> {
    const seen: [string, string | undefined][] = [];
    const other = await listen((sent, response) => {
      seen.push([
        `other ${sent.url}`,
        sent.headers.authorization ?? (sent.headers['x-token'] as string | undefined),
      ]);
      response.end('other');
    });
    const api = await listen((sent, response) => {
      seen.push([
        `api ${sent.url}`,
        sent.headers.authorization ?? (sent.headers['x-token'] as string | undefined),
      ]);
      if (sent.url === '/away') response.writeHead(302, { location: `${other.url}/there` }).end();
      else if (sent.url === '/moved') response.writeHead(302, { location: '/here' }).end();
      else response.end('api');
    });
    return {
      from: api.url,
      seen,
      close: async () => {
        await Promise.all([api.close(), other.close()]);
      },
    };
  }

  it.each<[string, Compose]>([
    ['after', (authorize) => [authorize, redirect({ maxRedirections: 3 })]],
    ['before', (authorize) => [redirect({ maxRedirections: 3 }), authorize]],
  ])('a redirect %s takes no token to another origin', async (_, compose) => {
    const api = await startRedirects();
    const agent = new Agent();
    const source = fakeTokenSource({ token: 't' });
    const authorize = authorizeDispatcher(source, { allowedOrigins: [api.from] });
    const dispatcher = agent.compose(...compose(authorize));

    for (const path of ['/away', '/moved'])
      await (await request(api.from + path, { dispatcher })).body.dump();

    expect(api.seen).toEqual([
      ['api /away', 'Bearer t'],
      ['other /there', undefined],
      ['api /moved', 'Bearer t'],
      ['api /here', 'Bearer t'],
    ]);
    await agent.destroy();
    await api.close();
  });

  it('a redirect before does not follow where the token is in a header of its own', async () => {
    const api = await startRedirects();
    const server = await startAuthorizationServer();
    const tokens = new TokenManager({
      providers: {
        desk: {
          ...server.providerConfig,
          api: { baseURL: api.from },
          dialect: { authorization: { header: 'X-Token', scheme: '' } },
        },
      },
    });
    const agent = new Agent();
    const authorize = authorizeDispatcher(tokens.source('desk'));
    const before = agent.compose(redirect({ maxRedirections: 3 }), authorize);
    const after = agent.compose(authorize, redirect({ maxRedirections: 3 }));

    const answers = [
      await request(`${api.from}/away`, { dispatcher: before }),
      await request(`${api.from}/away`, { dispatcher: after }),
    ];
    for (const { body } of answers) await body.dump();

    const token = server.issued[0]?.value;
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([302, 200]);
    expect(api.seen).toEqual([
      ['api /away', token],
      ['api /away', token],
      ['other /there', undefined],
    ]);
    await agent.destroy();
    await tokens.close();
    await Promise.all([api.close(), server.close()]);
  });

  it.each<[string, Compose]>([
    ['after', (authorize) => [authorize, retry({ maxRetries: 2, minTimeout: 1 })]],
    ['before', (authorize) => [retry({ maxRetries: 2, minTimeout: 1 }), authorize]],
  ])('retry %s sends again what failed, with the token', async (_, compose) => {
    await using desk = await openDesk({ compose });
    desk.server.api.failNext(1, { status: 503 });

    const { statusCode, body } = await request(desk.url('/a'), { dispatcher: desk.dispatcher });
    await body.dump();

    expect(statusCode).toBe(200);
    expect(desk.server.apiRequests.map(({ token }) => token)).toEqual([
      desk.server.issued[0]?.value,
      desk.server.issued[0]?.value,
    ]);
  });

  it('dns before leaves the origin to be judged', async () => {
    const api = await listen((sent, response) => void response.end(String(sent.headers.authorization)));
    const origin = `http://localhost:${new URL(api.url).port}`;
    const agent = new Agent();
    const authorize = authorizeDispatcher(fakeTokenSource({ token: 't' }), { allowedOrigins: [origin] });
    const dispatcher = agent.compose(dns({ affinity: 4 }), authorize);

    const { body } = await request(`${origin}/a`, { dispatcher });

    expect(await body.text()).toBe('Bearer t');
    await agent.destroy();
    await api.close();
  });

  it('a cache before keeps nothing of what one token got for another', async () => {
    let count = 0;
    const api = await listen((sent, response) => {
      response.setHeader('cache-control', 'max-age=60');
      response.end(`${sent.headers.authorization} ${(count += 1)}`);
    });
    const server = await startAuthorizationServer();
    const tokens = new TokenManager({
      providers: { desk: { ...server.providerConfig, api: { baseURL: api.url } } },
    });
    const agent = new Agent();
    const dispatcher = agent.compose(cache(), authorizeDispatcher(tokens.source('desk')));
    const get = async (scope: string): Promise<string> => {
      const own = { clientCredentials: { scope } };
      const { body } = await request(`${api.url}/a`, { dispatcher, ...own });
      return body.text();
    };

    const answers = [await get('a'), await get('b')];

    const [a, b] = server.issued.map(({ value }) => `Bearer ${value}`);
    expect(answers).toEqual([`${a} 1`, `${b} 2`]);
    await agent.destroy();
    await tokens.close();
    await Promise.all([api.close(), server.close()]);
  });

  it('a MockAgent sees the token, and its errors do not show it', async () => {
    const agent = new MockAgent();
    agent.disableNetConnect();
    const pool = agent.get('https://api.example.com');
    pool
      .intercept({ path: '/a', headers: { authorization: 'Bearer a-secret-token' } })
      .reply(200, { ok: true }, { headers: { 'content-type': 'application/json' } });
    pool.intercept({ path: '/b', headers: { authorization: 'Bearer other' } }).reply(200, {});
    const source = fakeTokenSource({ token: 'a-secret-token' });
    const dispatcher = agent.compose(
      authorizeDispatcher(source, { allowedOrigins: ['https://api.example.com'] }),
    );

    const { statusCode, body } = await request('https://api.example.com/a', { dispatcher });
    const error: unknown = await request('https://api.example.com/b', { dispatcher }).catch(
      (thrown: unknown) => thrown,
    );

    expect(statusCode).toBe(200);
    expect(await body.json()).toEqual({ ok: true });
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('a-secret-token');
    await agent.close();
  });
});

describe('a handler of the form before undici 7, as the platform’s fetch has', () => {
  /** A dispatch function with tokens, and an API that answers in two parts. */
  async function openBare(): Promise<{
    dispatch: Dispatcher['dispatch'];
    origin: string;
    close: () => Promise<void>;
  }> {
    const api = await listen((sent, response) => {
      if (sent.url === '/hang') return;
      response.writeHead(200, { 'x-seen': String(sent.headers.authorization), trailer: 'x-end' });
      response.write('first ');
      response.addTrailers({ 'x-end': 'yes' });
      response.end('second');
    });
    const agent = new Agent();
    const authorize = authorizeDispatcher(fakeTokenSource({ token: 't' }), { allowedOrigins: [api.url] });
    return {
      dispatch: authorize((options, handler) => agent.dispatch(options, handler)),
      origin: api.url,
      close: async () => {
        await agent.destroy();
        await api.close();
      },
    };
  }

  it('gets the response, at its own pace', async () => {
    const { dispatch, origin, close } = await openBare();
    const heard: string[] = [];

    await new Promise<void>((resolve, reject) => {
      dispatch(
        { origin, path: '/a', method: 'GET' },
        {
          onConnect: () => void heard.push('connect'),
          onHeaders: (status: number, headers: Buffer[], resume: () => void) => {
            const at = headers.findIndex((name) => name.toString() === 'x-seen');
            heard.push(`${status} ${headers[at + 1]?.toString()}`);
            setImmediate(resume);
            return false;
          },
          onData: (chunk: Buffer) => heard.push(chunk.toString()) > 0,
          onComplete: (trailers: string[]) => {
            heard.push(trailers.map(String).join(' '));
            resolve();
          },
          onError: reject,
        },
      );
    });

    const [connect, head, ...rest] = heard;
    expect([connect, head, rest.join('')]).toEqual(['connect', '200 Bearer t', 'first secondx-end yes']);
    await close();
  });

  it('ends with the reason for which it was aborted', async () => {
    const { dispatch, origin, close } = await openBare();

    const error = await new Promise<unknown>((resolve) => {
      dispatch(
        { origin, path: '/hang', method: 'GET' },
        {
          onConnect: (abort: (reason: Error) => void) =>
            void setTimeout(() => abort(new Error('enough')), 20),
          onError: resolve,
        },
      );
    });

    expect(String(error)).toContain('enough');
    await close();
  });
});
