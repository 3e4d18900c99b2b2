import 'reflect-metadata';
import { Controller, Get, Inject, Module, type DynamicModule, type INestApplication } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { ClientCredentialsModule, TokenManager } from 'nestjs-client-credentials';
import type { AnyProviderConfig } from 'nestjs-client-credentials/core';
import {
  TokensHealthIndicator,
  type ProviderHealth,
  type TokensHealthOptions,
} from 'nestjs-client-credentials/terminus';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { FakeClock } from './support/fake-clock.js';
import { failureOf } from './support/the-desk.js';

interface HealthBody {
  readonly status: string;
  readonly error: unknown;
  readonly details: { readonly tokens: Record<string, Partial<ProviderHealth>> };
}

interface Application extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly clock: FakeClock;
  readonly tokens: TokenManager;
  readonly indicator: TokensHealthIndicator;
  /** Asks the health endpoint. */
  readonly health: () => Promise<{ status: number; body: HealthBody }>;
}

/** A Nest application with a health endpoint. */
async function openApplication(
  providersOf: (server: AuthorizationServer) => Record<string, AnyProviderConfig>,
  options?: TokensHealthOptions,
): Promise<Application> {
  const clock = new FakeClock();
  const server = await startAuthorizationServer({ clock, lifetimeSeconds: 1000 });

  @Controller()
  class HealthController {
    constructor(
      @Inject(HealthCheckService) private readonly checks: HealthCheckService,
      @Inject(TokensHealthIndicator) private readonly tokens: TokensHealthIndicator,
    ) {}

    @Get('health')
    check(): Promise<unknown> {
      return this.checks.check([() => this.tokens.check('tokens', options)]);
    }
  }

  @Module({
    imports: [TerminusModule.forRoot({ logger: false })],
    controllers: [HealthController],
    providers: [TokensHealthIndicator],
  })
  class HealthModule {}

  const root: DynamicModule = ClientCredentialsModule.forRoot({ providers: providersOf(server), clock });
  const module = await Test.createTestingModule({ imports: [root, HealthModule] }).compile();
  const app: INestApplication = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/health`;
  return {
    server,
    clock,
    tokens: app.get(TokenManager),
    indicator: app.get(TokensHealthIndicator),
    health: async () => {
      const response = await fetch(url);
      return { status: response.status, body: (await response.json()) as HealthBody };
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await server.close();
    },
  };
}

const withDesk = (server: AuthorizationServer) => ({ desk: server.providerConfig });
const REFUSED = { status: 400, body: { error: 'invalid_scope' } };

describe('the health indicator', () => {
  it('says that an unused provider is up and empty, and acquires nothing', async () => {
    await using app = await openApplication(withDesk);

    const { status, body } = await app.health();

    expect(status).toBe(200);
    expect(body.details).toEqual({ tokens: { status: 'up', desk: { state: 'empty' } } });
    expect(app.server.tokenRequests).toEqual([]);
    expect(app.tokens.snapshot()).toEqual([]);
  });

  it('tells the seconds until the token expires', async () => {
    await using app = await openApplication(withDesk);
    await app.tokens.source('desk').getToken();
    app.clock.advance(100_400);

    const { status, body } = await app.health();

    expect(status).toBe(200);
    expect(body.details.tokens['desk']).toEqual({ state: 'fresh', expiresInSeconds: 899 });
  });

  it('is down where no token can be had, with the error and the time of the next attempt', async () => {
    await using app = await openApplication(withDesk);
    app.server.failNext(1, { status: 429, headers: { 'retry-after': '60' } });
    await failureOf(app.tokens.source('desk').getToken());

    const { status, body } = await app.health();

    const desk = {
      state: 'failing',
      lastErrorCode: 'token_endpoint_unavailable',
      nextAttemptAt: new Date(app.clock.now() + 60_000).toISOString(),
    };
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'error', error: { tokens: { status: 'down', desk } } });
    expect(body.details.tokens).toEqual({ status: 'down', desk });
  });

  it('is up again once a token could be had', async () => {
    await using app = await openApplication(withDesk);
    app.server.failNext(1, REFUSED);
    const source = app.tokens.source('desk');
    await failureOf(source.getToken());
    source.reset();
    await source.getToken();

    const { status, body } = await app.health();

    expect([status, body.details.tokens['desk']]).toEqual([200, { state: 'fresh', expiresInSeconds: 1000 }]);
  });

  it('stays down while another attempt is made', async () => {
    await using app = await openApplication(withDesk);
    app.server.failNext(1, REFUSED);
    app.server.failNext(1, 'hang');
    const source = app.tokens.source('desk');
    await failureOf(source.getToken());
    source.reset();
    const waiting = failureOf(source.getToken());
    await app.server.tokenEndpoint.received(2);

    const { status, body } = await app.health();

    expect([status, body.details.tokens['desk']]).toEqual([
      503,
      { state: 'failing', lastErrorCode: 'token_request_rejected' },
    ]);
    await app.tokens.close();
    await waiting;
  });

  it('is up, but says degraded, while a token is served whose renewal failed', async () => {
    await using app = await openApplication(withDesk);
    const source = app.tokens.source('desk');
    await source.getToken();
    app.clock.advance(900_000);
    app.server.failNext(1, REFUSED);
    await failureOf(source.getToken({ forceRefresh: true }));

    const { status, body } = await app.health();

    expect(status).toBe(200);
    expect(body.details.tokens).toMatchObject({
      status: 'up',
      desk: { state: 'degraded', expiresInSeconds: 100, lastErrorCode: 'token_request_rejected' },
    });
    expect(Date.parse(body.details.tokens['desk']?.nextAttemptAt ?? '')).toBeGreaterThan(app.clock.now());
  });

  it('is degraded where some tenants fail, and down where all that were used fail', async () => {
    await using app = await openApplication((server) => ({
      desk: { ...server.providerConfig, tenants: () => ({}) },
    }));
    const source = app.tokens.source('desk');
    app.server.failNext(1, REFUSED);
    await failureOf(source.forTenant('a').getToken());
    const all = await app.health();
    await source.forTenant('b').getToken();

    const some = await app.health();

    expect([all.status, all.body.details.tokens['desk']?.state]).toEqual([503, 'failing']);
    expect([some.status, some.body.details.tokens['desk']?.state]).toEqual([200, 'degraded']);
  });

  it('checks the providers that are named', async () => {
    const twoProviders = (server: AuthorizationServer) => ({
      desk: server.providerConfig,
      billing: server.providerConfig,
    });
    await using app = await openApplication(twoProviders, { providers: ['billing'] });
    app.server.failNext(1, REFUSED);
    await failureOf(app.tokens.source('desk').getToken());

    const { status, body } = await app.health();
    const both = await app.indicator.check('both');

    expect([status, body.details.tokens]).toEqual([200, { status: 'up', billing: { state: 'empty' } }]);
    expect(both).toMatchObject({
      both: { status: 'down', billing: { state: 'empty' }, desk: { state: 'failing' } },
    });
  });

  it('names the known providers if a name is unknown', async () => {
    await using app = await openApplication(withDesk);

    const failure = await failureOf(app.indicator.check('tokens', { providers: ['desc'] }));

    expect(failure).toMatchObject({ code: 'unknown_provider', provider: 'desc' });
    expect(failure.message).toContain('desk');
  });

  it('keeps its status apart from a provider of that name', async () => {
    await using app = await openApplication((server) => ({ status: server.providerConfig }));

    const { body } = await app.health();

    expect(body.details.tokens).toEqual({ status: 'up', 'provider status': { state: 'empty' } });
  });

  it('says what to import where the module is missing', async () => {
    const building = Test.createTestingModule({ providers: [TokensHealthIndicator] }).compile();

    await expect(building).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining('ClientCredentialsModule'),
    });
  });

  it('finds the manager of another copy of the package', async () => {
    const manager = new TokenManager({
      providers: { archive: { tokenUrl: 'https://id.example.com', clientId: 'c', clientSecret: 's' } },
    });
    const provide = Symbol.for('nestjs-client-credentials.TokenManager');
    const module = await Test.createTestingModule({
      providers: [TokensHealthIndicator, { provide, useValue: manager }],
    }).compile();

    const health = await module.get(TokensHealthIndicator).check('tokens');

    expect(health).toEqual({ tokens: { status: 'up', archive: { state: 'empty' } } });
    await manager.close();
  });
});
