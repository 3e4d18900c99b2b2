import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import axios, { type AxiosResponse } from 'axios';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { describe, expect, it } from '@jest/globals';
import { Module, type MiddlewareConsumer } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ClientCredentialsModule, InjectTokenClient, TokenClient } from 'nestjs-client-credentials';
import { ClientCredentialsError, TokenManager } from 'nestjs-client-credentials/core';
import {
  tenantContext,
  tokenRelay,
  TokenRelayError,
  type TokenRelay,
} from 'nestjs-client-credentials/express';
import { listen } from './support/listen.js';
import { credentialsOf, openTenants, tenantOf } from './support/tenants.js';
import { openDesk, type DeskOptions } from './support/the-desk.js';
import { until } from './support/until.js';

interface Gateway extends AsyncDisposable {
  /** Sends a request through the gateway; returns its response. */
  call(
    path: string,
    config?: { headers?: object; method?: string; data?: unknown; signal?: AbortSignal },
  ): Promise<AxiosResponse<unknown>>;
  /** Errors that the gateway's error handler received. */
  readonly errors: unknown[];
  /** Number of callers that disconnected before their response. */
  left(): number;
}

/** Express application that proxies `/api` to an upstream service through the token relay. */
async function openGateway(target: string, ...before: express.RequestHandler[]): Promise<Gateway> {
  const errors: unknown[] = [];
  let left = 0;
  const app = express();
  app.use((_, response, next) => {
    response.once('close', () => (left += response.writableFinished ? 0 : 1));
    next();
  });
  const proxy = createProxyMiddleware({
    target,
    changeOrigin: true,
    on: { proxyRes: tokenRelay.onResponse },
  });
  app.use('/api', ...before, proxy);
  app.use((error: Error, _: express.Request, __: express.Response, next: express.NextFunction) => {
    errors.push(error);
    next(error);
  });
  app.set('env', 'test');
  const { url, close } = await listen(app);
  return {
    errors,
    left: () => left,
    call: (path, config) => axios.request({ url: `${url}${path}`, validateStatus: () => true, ...config }),
    [Symbol.asyncDispose]: close,
  };
}

async function openRelay(
  options: DeskOptions = {},
  ...relayOptions: [Parameters<typeof tokenRelay>[1]?]
): Promise<{ desk: Awaited<ReturnType<typeof openDesk>>; gateway: Gateway } & AsyncDisposable> {
  const desk = await openDesk({
    ...options,
    provider: { tokenRequest: { attempts: 1 }, ...options.provider },
  });
  const gateway = await openGateway(desk.server.apiUrl, tokenRelay(desk.source, ...relayOptions));
  return {
    desk,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await desk[Symbol.asyncDispose]();
    },
  };
}

describe('the token relay', () => {
  it('puts the token on the proxied request, and leaves the rest as it is', async () => {
    await using relay = await openRelay();
    const { desk, gateway } = relay;

    const { status, data } = await gateway.call('/api/documents?page=2', {
      method: 'POST',
      data: { name: 'x' },
    });

    expect(status).toBe(200);
    expect(data).toMatchObject({
      method: 'POST',
      path: '/documents',
      query: { page: '2' },
      body: '{"name":"x"}',
    });
    expect(desk.server.apiRequests[0]?.token).toBe(desk.server.issued[0]?.value);
  });

  it('requests the configured scope', async () => {
    await using relay = await openRelay({}, { scope: 'documents.read' });

    await relay.gateway.call('/api/documents');

    expect(relay.desk.server.tokenRequests[0]?.parameters).toMatchObject({ scope: 'documents.read' });
  });

  it('keeps the caller’s Authorization header unless it is configured to replace it', async () => {
    const headers = { authorization: 'Bearer of-the-caller' };
    await using keeping = await openRelay();
    await using replacing = await openRelay({}, { replaceAuthorization: true });

    const kept = await keeping.gateway.call('/api/me', { headers });
    const replaced = await replacing.gateway.call('/api/me', { headers });

    expect(kept.status).toBe(401);
    expect(keeping.desk.server.apiRequests[0]?.headers.authorization).toBe(headers.authorization);
    expect(keeping.desk.server.tokenRequests).toHaveLength(0);
    expect(replaced.status).toBe(200);
  });

  it('calls a function to choose the source for the request', async () => {
    await using desk = await openTenants();
    const source = desk.tokens.source('desk');
    const relay = tokenRelay((request: IncomingMessage) =>
      source.forTenant(String(request.headers['x-customer'])),
    );
    await using gateway = await openGateway(desk.server.apiUrl, relay);

    await gateway.call('/api/me', { headers: { 'x-customer': 'a' } });
    await gateway.call('/api/me', { headers: { 'x-customer': 'b' } });

    expect(desk.server.apiRequests.map(tenantOf)).toEqual(['a', 'b']);
  });

  it('takes the tenant from the context', async () => {
    await using desk = await openTenants();
    const context = tenantContext((request: IncomingMessage) => request.headers['x-tenant-id']?.toString());
    await using gateway = await openGateway(
      desk.server.apiUrl,
      context,
      tokenRelay(desk.tokens.source('desk')),
    );

    await Promise.all(
      ['a', 'b', 'a', 'b'].map((tenant) =>
        gateway.call(`/api/${tenant}`, { headers: { 'x-tenant-id': tenant } }),
      ),
    );
    const nobodys = await gateway.call('/api/me');

    expect(desk.server.apiRequests.map((request) => `/${tenantOf(request)}`)).toEqual(
      desk.server.apiRequests.map(({ path }) => path),
    );
    expect(nobodys.status).toBe(502);
    expect(gateway.errors).toMatchObject([{ cause: { code: 'tenant_required' } }]);
  });

  it('writes the token as the dialect describes, with the API headers', async () => {
    await using relay = await openRelay({
      server: {
        dialect: { authorization: { header: 'X-Token', scheme: '' }, apiHeaders: { 'Client-Id': 'desk' } },
      },
    });

    const { status } = await relay.gateway.call('/api/me');

    expect(status).toBe(200);
    expect(relay.desk.server.apiRequests[0]?.headers).toMatchObject({ 'client-id': 'desk' });
  });

  it('does not put the token into the query, which the proxy would show', async () => {
    await using relay = await openRelay({ server: { dialect: { authorization: { query: 'token' } } } });

    const refused = await relay.gateway.call('/api/me');
    relay.desk.server.api.answerNext(1, { status: 200 });
    const own = await relay.gateway.call('/api/me?token=mine');

    expect([refused.status, own.status]).toEqual([502, 200]);
    expect(relay.gateway.errors).toMatchObject([{ cause: { code: 'invalid_configuration' } }]);
    expect(relay.desk.server.tokenRequests).toHaveLength(0);
  });

  it('requests the scope that tokenFor returns for the request', async () => {
    await using relay = await openRelay({
      provider: { tokenFor: ({ method, url }) => ({ scope: `${method} ${url.split('?')[0]}` }) },
    });

    await relay.gateway.call('/api/documents?page=2', { method: 'POST' });

    expect(relay.desk.server.tokenRequests[0]?.parameters).toMatchObject({ scope: 'POST /documents' });
  });

  it('drops a refused token that tokenFor chose', async () => {
    await using relay = await openRelay({ provider: { tokenFor: () => ({ scope: 'read' }) } });
    await relay.gateway.call('/api/me');
    relay.desk.server.revoke();

    const statuses = [];
    for (let call = 0; call < 2; call += 1) statuses.push((await relay.gateway.call('/api/me')).status);

    expect(statuses).toEqual([401, 200]);
    expect(relay.desk.server.tokenRequests).toHaveLength(2);
  });

  it('sets Retry-After even if the error handler ignores headers', async () => {
    await using relay = await openRelay();
    relay.desk.clock.set(Date.now() - relay.desk.clock.now());
    relay.desk.server.failNext(1, { status: 503, headers: { 'retry-after': '7' } });
    const middleware = tokenRelay(relay.desk.source);
    const answer = await new Promise<ServerResponse>((resolve) => {
      const request = new IncomingMessage(new Socket());
      const response = new ServerResponse(request);
      middleware(request, response, () => resolve(response));
    });

    expect(['6', '7']).toContain(answer.getHeader('retry-after'));
  });

  it('keeps its options, even if the given object changes', async () => {
    await using desk = await openDesk();
    const options = { scope: ['read'] };
    await using gateway = await openGateway(desk.server.apiUrl, tokenRelay(desk.source, options));
    options.scope[0] = 'write';

    await gateway.call('/api/me');

    expect(desk.server.tokenRequests.map(({ parameters }) => parameters['scope'])).toEqual(['read']);
  });

  it('passes on an error if the function returns no source', async () => {
    await using desk = await openDesk();
    await using gateway = await openGateway(
      desk.server.apiUrl,
      tokenRelay(() => undefined as never),
    );

    const answer = await gateway.call('/api/me');

    expect(answer.status).toBe(502);
    expect(gateway.errors).toMatchObject([{ cause: { code: 'invalid_configuration' } }]);
  });

  it('looks for the caller’s token in the header of the tenant’s dialect', async () => {
    await using desk = await openTenants({
      provider: {
        tenants: (tenant) => ({
          ...credentialsOf(tenant),
          dialect: { authorization: { header: 'X-Token', scheme: '' } },
        }),
      },
    });
    desk.server.api.answerNext(2, { status: 200 });
    const source = desk.tokens.source('desk').forTenant('a');
    await using gateway = await openGateway(desk.server.apiUrl, tokenRelay(source));

    await gateway.call('/api/me', { headers: { 'x-token': 'mine' } });
    await gateway.call('/api/me', { headers: { authorization: 'mine' } });

    expect(desk.server.apiRequests.map(({ headers }) => headers['x-token'])).toEqual([
      'mine',
      expect.stringContaining('token-of-client-a'),
    ]);
  });

  it('needs no more of a request than its headers', async () => {
    await using desk = await openDesk();
    const request = { headers: {} } as IncomingMessage;

    await new Promise<unknown>((next) => tokenRelay(desk.source)(request, {}, next));

    expect(request.headers.authorization).toBe(`Bearer ${desk.server.issued[0]?.value}`);
  });

  it('proxies nothing for a disconnected caller', async () => {
    await using desk = await openDesk();
    const handedOn: string[] = [];
    const note: express.RequestHandler = ({ path }, _, next) => {
      handedOn.push(path);
      next();
    };
    await using gateway = await openGateway(desk.server.apiUrl, tokenRelay(desk.source), note);
    desk.server.tokenEndpoint.hold();
    const calling = new AbortController();
    const call = gateway.call('/api/me', { signal: calling.signal });
    await desk.server.tokenEndpoint.received(1);

    calling.abort();
    await expect(call).rejects.toThrow('canceled');
    await until(() => gateway.left() === 1);
    desk.server.tokenEndpoint.release();
    await desk.source.getToken();
    await gateway.call('/api/next');

    expect(handedOn).toEqual(['/next']);
  });
});

describe('an upstream service that refuses the token', () => {
  it('gets a new token with the next request', async () => {
    await using relay = await openRelay();
    const { desk, gateway } = relay;
    await gateway.call('/api/me');
    desk.server.revoke();

    const refused = await gateway.call('/api/me');
    const renewed = await gateway.call('/api/me');

    expect([refused.status, renewed.status]).toEqual([401, 200]);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('costs one token per cooldown, not per request, if it refuses every token', async () => {
    await using relay = await openRelay({
      server: { api: (_, response) => void response.writeHead(401).end() },
    });

    for (let call = 0; call < 10; call += 1) await relay.gateway.call('/api/me');

    expect(relay.desk.server.tokenRequests).toHaveLength(2);
  });

  it.each([
    ['for want of scope', 403, { 'www-authenticate': 'Bearer error="insufficient_scope"' }],
    ['with another status', 500, {}],
  ])('%s costs no token', async (_, status, headers) => {
    await using relay = await openRelay({
      server: { api: (__, response) => void response.writeHead(status, headers).end() },
      provider: { reacquire: { on: (answer) => answer.status === 403 } },
    });

    for (let call = 0; call < 3; call += 1) await relay.gateway.call('/api/me');

    expect(relay.desk.server.tokenRequests).toHaveLength(1);
  });

  it('is judged by its status if reacquire.on needs the body, which the relay does not read', async () => {
    await using relay = await openRelay({
      server: { api: (_, response) => void response.writeHead(401).end() },
      provider: { reacquire: { on: ({ data }) => (data as { code: number }).code === 42 } },
    });

    await relay.gateway.call('/api/me');
    await relay.gateway.call('/api/me');

    expect(relay.desk.server.tokenRequests).toHaveLength(2);
  });

  it('costs nothing if the token was the caller’s', async () => {
    await using relay = await openRelay();
    await relay.gateway.call('/api/me');

    await relay.gateway.call('/api/me', { headers: { authorization: 'Bearer wrong' } });
    await relay.gateway.call('/api/me');

    expect(relay.desk.server.tokenRequests).toHaveLength(1);
  });
});

describe('a relay that gets no token', () => {
  const SECRET = 'hush-hush-secret';

  it('answers 502 if the provider refuses the client, and shows the reason to the operator only', async () => {
    await using relay = await openRelay({ provider: { clientSecret: SECRET } });
    const { desk, gateway } = relay;

    const { status, data } = await gateway.call('/api/me');

    const [error] = gateway.errors;
    expect(status).toBe(502);
    expect(error).toBeInstanceOf(TokenRelayError);
    expect(error).not.toBeInstanceOf(ClientCredentialsError);
    expect(error).toMatchObject({
      status: 502,
      statusCode: 502,
      cause: {
        code: 'token_request_rejected',
        provider: 'desk',
        endpointStatus: 401,
        oauthError: 'invalid_client',
      },
    });
    expect(String(data)).not.toContain(SECRET);
    expect((error as Error).message).not.toContain('invalid_client');
    expect(desk.server.apiRequests).toHaveLength(0);
  });

  it('answers 503 with Retry-After if the provider is overloaded', async () => {
    await using relay = await openRelay();
    const headers = { 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 120) };
    relay.desk.clock.set(Date.now() - relay.desk.clock.now());
    relay.desk.server.failNext(1, { status: 429, headers });

    const answer = await relay.gateway.call('/api/me');

    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(60);
    expect(relay.gateway.errors).toMatchObject([
      { cause: { code: 'token_endpoint_unavailable', retryable: true } },
    ]);
  });

  it('answers 502 if tokens are bound to a key, and advises what to do', async () => {
    await using relay = await openRelay({ provider: { dpop: true } });

    const { status } = await relay.gateway.call('/api/me');

    expect(status).toBe(502);
    expect(relay.gateway.errors).toMatchObject([
      {
        cause: {
          code: 'invalid_configuration',
          message: expect.stringContaining('authorizeAxios') as unknown,
        },
      },
    ]);
  });

  it('answers 503 once the manager is closed', async () => {
    await using relay = await openRelay();
    await relay.desk.tokens.close();

    expect((await relay.gateway.call('/api/me')).status).toBe(503);
  });

  it('passes on an error of an application’s function', async () => {
    const own = new Error('no such customer');
    const relay = tokenRelay(() => {
      throw own;
    });
    await using gateway = await openGateway('http://127.0.0.1:9', relay);

    expect((await gateway.call('/api/me')).status).toBe(500);
    expect(gateway.errors).toEqual([own]);
  });

  it('answers 502 for an unknown provider', async () => {
    const tokens = new TokenManager({ providers: {} });
    await using gateway = await openGateway(
      'http://127.0.0.1:9',
      tokenRelay(() => tokens.source('nobody')),
    );

    expect((await gateway.call('/api/me')).status).toBe(502);
    expect(gateway.errors).toMatchObject([{ cause: { code: 'unknown_provider' } }]);
    await tokens.close();
  });
});

describe('the relay in Nest', () => {
  it.each([
    ['Express', () => new ExpressAdapter()],
    ['Fastify', () => new FastifyAdapter()],
  ])('works on %s, and answers its errors', async (_, adapter) => {
    await using desk = await openDesk({ provider: { tokenRequest: { attempts: 1 } } });
    const provider = { ...desk.server.providerConfig, tokenRequest: { attempts: 1 } };
    const target = desk.server.apiUrl;

    @Module({ imports: [ClientCredentialsModule.forRoot({ providers: { signeasy: provider } })] })
    class AppModule {
      constructor(@InjectTokenClient('signeasy') private readonly signeasy: TokenClient) {}

      configure(consumer: MiddlewareConsumer): void {
        const relay: TokenRelay<IncomingMessage> = tokenRelay(this.signeasy);
        const proxy = createProxyMiddleware<IncomingMessage & { originalUrl: string }>({
          target,
          // Nest strips the route from the path.
          pathRewrite: (_path, { originalUrl }) => originalUrl,
          changeOrigin: true,
          on: { proxyRes: relay.onResponse },
        });
        consumer.apply(relay, proxy).forRoutes('signeasy/*path');
      }
    }
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const app = module.createNestApplication(adapter(), { bodyParser: false, logger: false });
    await app.listen(0, '127.0.0.1');
    const call = async (): Promise<AxiosResponse<unknown>> =>
      axios.post(`${await app.getUrl()}/signeasy/me`, { a: 1 }, { validateStatus: () => true });

    const good = await call();
    desk.server.revoke();
    const refused = await call();
    desk.server.failNext(1, { status: 500 });
    const failed = await call();
    const renewed = await call();
    await app.close();

    expect([good, refused, failed, renewed].map(({ status }) => status)).toEqual([200, 401, 503, 200]);
    expect(good.data).toMatchObject({ path: '/signeasy/me', body: '{"a":1}' });
  });
});
