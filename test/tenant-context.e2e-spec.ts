import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import express from 'express';
import { describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Headers, Module, Post, type MiddlewareConsumer } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ClientCredentialsModule, InjectTokenClient, TokenClient } from 'nestjs-client-credentials';
import { authorizeAxios } from 'nestjs-client-credentials/core';
import { currentTenant, runWithTenant, tenantContext } from 'nestjs-client-credentials/express';
import { firstValueFrom, type Observable } from 'rxjs';
import { listen } from './support/listen.js';
import { openTenants, tenantOf, type Tenants } from './support/tenants.js';

const TENANTS = Array.from({ length: 20 }, (_, index) => `customer-${index}`);

/** Asynchronous work between a request and its outbound call, which must not lose the context. */
const detours: (() => Promise<void>)[] = [
  () => sleep(1),
  () => new Promise((resolve) => setImmediate(resolve)),
  () => new Promise((resolve) => process.nextTick(resolve)),
  () =>
    new Promise((resolve) => {
      const emitter = new EventEmitter();
      emitter.once('ready', resolve);
      setTimeout(() => emitter.emit('ready'), 1);
    }),
  async () => void (await Promise.all([sleep(1), Promise.resolve().then(() => sleep(1))])),
];

/** Queue with one worker for all requests; each job keeps the context in which it was queued. */
class Queue {
  readonly #jobs: (() => void)[] = [];

  do<T>(job: () => Promise<T>): Promise<T> {
    const done = new Promise<T>((resolve, reject) => {
      this.#jobs.push(AsyncResource.bind(() => void job().then(resolve, reject)));
    });
    if (this.#jobs.length === 1) setImmediate(() => this.#drain());
    return done;
  }

  #drain(): void {
    for (const job of this.#jobs.splice(0)) job();
  }
}

async function deep(work: () => Promise<void>, depth: number): Promise<void> {
  if (depth === 0) return work();
  await detours[depth % detours.length]?.();
  return deep(work, depth - 1);
}

/** Sends 200 concurrent requests of 20 tenants, each with its own path. */
async function rush(url: string): Promise<void> {
  await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const tenant = TENANTS[index % TENANTS.length];
      const headers = { 'x-tenant-id': tenant };
      if (index % 2 === 0) await axios.get(`${url}/work`, { headers });
      else await axios.post(`${url}/work`, { padding: 'x'.repeat(20_000), tenant }, { headers });
    }),
  );
}

/** API calls whose token belongs to another tenant than the path names. */
function strayCallsOf({ server }: Tenants): object[] {
  const mixed = server.apiRequests.filter(
    (request) => tenantOf(request) !== request.path.slice('/for/'.length),
  );
  return mixed.map(({ path, token }) => ({ path, token }));
}

describe('requests of many tenants at once', () => {
  it('use their own tenants in Express, at any depth of asynchronous calls', async () => {
    await using desk = await openTenants();
    const http = axios.create({ baseURL: desk.server.apiUrl });
    authorizeAxios(http, desk.tokens.source('desk'));
    const queue = new Queue();
    const app = express();
    app.use(tenantContext((request: express.Request) => request.get('x-tenant-id')));
    app.use(express.json());
    app.all('/work', (request, response, next) => {
      const tenant = request.get('x-tenant-id');
      const work = deep(() => queue.do(async () => void (await http.get(`/for/${tenant}`))), 6);
      work.then(() => response.json({ tenant: currentTenant() }), next);
    });
    const { url, close } = await listen(app);

    await rush(url);
    await close();

    expect(strayCallsOf(desk)).toEqual([]);
    expect(desk.server.apiRequests).toHaveLength(200);
    expect(desk.server.tokenRequests).toHaveLength(TENANTS.length);
  });

  @Controller()
  class WorkController {
    constructor(@InjectTokenClient('desk') private readonly client: TokenClient) {}

    @Get('work')
    read(@Headers('x-tenant-id') tenant: string): Promise<void> {
      return this.#work(tenant);
    }

    @Post('work')
    write(@Body() { tenant }: { tenant: string }): Promise<void> {
      return this.#work(tenant);
    }

    #work(tenant: string): Promise<void> {
      return deep(async () => void (await firstValueFrom(this.client.get(`/for/${tenant}`))), 6);
    }
  }

  it.each([
    ['Express', () => new ExpressAdapter()],
    ['Fastify', () => new FastifyAdapter()],
  ])('use their own tenants in Nest on %s', async (_, adapter) => {
    await using desk = await openTenants();

    @Module({
      imports: [ClientCredentialsModule.forRoot({ providers: { desk: desk.provider } })],
      controllers: [WorkController],
    })
    class AppModule {
      configure(consumer: MiddlewareConsumer): void {
        const tenantOfRequest = ({ headers }: { headers: Record<string, string> }): string | undefined =>
          headers['x-tenant-id'];
        consumer.apply(tenantContext(tenantOfRequest)).forRoutes('*path');
      }
    }
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const app = module.createNestApplication(adapter());
    await app.listen(0, '127.0.0.1');

    await rush(await app.getUrl());
    await app.close();

    expect(strayCallsOf(desk)).toEqual([]);
    expect(desk.server.apiRequests).toHaveLength(200);
    expect(desk.server.tokenRequests).toHaveLength(TENANTS.length);
  });
});

describe('the context of a request', () => {
  it('supports an asynchronous look-up of the tenant', async () => {
    await using server = await serve(async () => {
      await sleep(1);
      return 'late';
    });

    expect(await server.ask()).toEqual({ tenant: 'late' });
  });

  it('has no tenant if none is found, even inside another context', async () => {
    const server = await runWithTenant('outer', () => serve(() => undefined));

    expect(await server.ask()).toEqual({});
    await server[Symbol.asyncDispose]();
  });

  it.each([
    [
      'throws',
      (): never => {
        throw new Error('who are you');
      },
    ],
    ['rejects', (): Promise<never> => Promise.reject(new Error('who are you'))],
  ])('passes on the error if the look-up %s', async (_, tenantOfRequest) => {
    await using server = await serve(tenantOfRequest);

    expect(await server.ask()).toEqual({ error: 'who are you' });
  });

  it('is kept for body events, however late they come', async () => {
    const app = express();
    app.use(tenantContext(() => 'a'));
    app.post('/', (request, response) => {
      request.on('data', () => undefined).on('end', () => response.json({ tenant: currentTenant() }));
    });
    const { url, close } = await listen(app);
    const slowly = Readable.from(
      (async function* parts() {
        for (const part of ['one', 'two']) {
          await sleep(10);
          yield part;
        }
      })(),
    );

    const { data } = await axios.post<unknown>(url, slowly);
    await close();

    expect(data).toEqual({ tenant: 'a' });
  });

  it('is the inner one of two contexts, also for listeners of the request', async () => {
    const app = express();
    app.use(tenantContext(() => 'outer'));
    app.use(
      '/inner',
      tenantContext(() => 'inner'),
    );
    app.post('/inner', (request, response) => {
      const seen = [currentTenant()];
      request.resume().once('end', () => {
        seen.push(currentTenant());
        response.json(seen);
      });
    });
    const { url, close } = await listen(app);

    const { data } = await axios.post<unknown>(`${url}/inner`, 'x'.repeat(200_000));
    await close();

    expect(data).toEqual(['inner', 'inner']);
  });

  it.each([
    ['rejects with nothing', () => Promise.reject()],
    ['rejects with null', () => Promise.reject(null)],
    ['rejects with a word of the router', () => Promise.reject('route')],
  ])('blocks a request whose function %s', async (_, find) => {
    const app = express();
    app.use(tenantContext(find));
    app.use((_request, response) => void response.json('passed'));
    app.set('env', 'test');
    const { url, close } = await listen(app);

    const { status } = await axios.get(url, { validateStatus: () => true });
    await close();

    expect(status).toBe(500);
  });

  it('has no tenant if the function returns null', async () => {
    const app = express();
    app.use(tenantContext(() => JSON.parse('null') as string));
    app.use((_request, response) => void response.json([currentTenant() ?? 'nobody']));
    const { url, close } = await listen(app);

    const { data } = await axios.get<unknown>(url);
    await close();

    expect(data).toEqual(['nobody']);
  });

  it('is kept for work that outlives the request', async () => {
    const seen: (string | undefined)[] = [];
    let done = (): void => undefined;
    const outlived = new Promise<void>((resolve) => (done = resolve));
    await using server = await serve(
      () => 'a',
      () =>
        void setTimeout(() => {
          seen.push(currentTenant());
          done();
        }, 20),
    );

    await server.ask();
    await outlived;

    expect(seen).toEqual(['a']);
  });
});

describe('a call of a Nest client', () => {
  it('uses the tenant of the context in which it was created, not subscribed to', async () => {
    await using desk = await openTenants();
    const client = TokenClient.of(desk.tokens.source('desk'));
    const make = (): Observable<unknown> => client.get('/me');

    const ofA = runWithTenant('a', make);
    const ofNobody = make();
    await firstValueFrom(ofA);
    await runWithTenant('b', () => firstValueFrom(ofA));
    await runWithTenant('b', () => firstValueFrom(ofNobody));

    expect(desk.server.apiRequests.map(tenantOf)).toEqual(['a', 'a', 'b']);
  });
});

describe('work for a tenant', () => {
  it('keeps its tenant to the end, and the outer context keeps its own', async () => {
    const seen = await runWithTenant('outer', async () => {
      const inner = runWithTenant('inner', async () => {
        await sleep(1);
        return currentTenant();
      });
      return [currentTenant(), await inner, currentTenant(), runWithTenant(undefined, currentTenant)];
    });

    expect(seen).toEqual(['outer', 'inner', 'outer', undefined]);
    expect(currentTenant()).toBeUndefined();
  });
});

interface Served extends AsyncDisposable {
  ask(): Promise<unknown>;
}

async function serve(
  tenantOfRequest: () => string | undefined | Promise<string | undefined>,
  work: () => void = () => undefined,
): Promise<Served> {
  const app = express();
  app.use(tenantContext(tenantOfRequest));
  app.get('/', (_, response) => {
    work();
    response.json({ tenant: currentTenant() });
  });
  app.use((error: Error, _: express.Request, response: express.Response, __: express.NextFunction) => {
    response.json({ error: error.message });
  });
  const { url, close } = await listen(app);
  return {
    ask: async () => (await axios.get<unknown>(url)).data,
    [Symbol.asyncDispose]: close,
  };
}
