import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Module, type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import {
  ClientCredentialsModule,
  TokenManager,
  type ClientCredentialsModuleOptions,
  type ProviderConfig,
} from 'nestjs-client-credentials';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { NestLines } from './support/nest-lines.js';
import { errorOf } from './support/outcome.js';

const SECRET = 'a-secret-nobody-may-see';

const plain: ProviderConfig = {
  tokenUrl: 'https://id.example.com/token',
  clientId: 'desk',
  clientSecret: SECRET,
};

const running: INestApplicationContext[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()));
});

async function start(
  imports: NonNullable<ModuleMetadata['imports']>,
  logger: NestLines | false = false,
): Promise<INestApplicationContext> {
  @Module({ imports })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger, abortOnError: false });
  running.push(app);
  return app;
}

const rootOf = (...names: string[]): ClientCredentialsModuleOptions => ({
  providers: Object.fromEntries(names.map((name) => [name, plain])),
});

describe('two roots in one application', () => {
  const asynchronous = (name: string): ReturnType<typeof ClientCredentialsModule.forRootAsync> =>
    ClientCredentialsModule.forRootAsync({ providers: [name], useFactory: () => rootOf(name) });
  const synchronous = (name: string): ReturnType<typeof ClientCredentialsModule.forRoot> =>
    ClientCredentialsModule.forRoot(rootOf(name));
  const local = (name: string): ReturnType<typeof ClientCredentialsModule.forRoot> =>
    ClientCredentialsModule.forRoot({ ...rootOf(name), isGlobal: false });

  it.each([
    ['by forRoot', synchronous, synchronous],
    ['by forRootAsync', asynchronous, asynchronous],
    ['by one of each', synchronous, asynchronous],
    ['that are not global', local, local],
    ['of which one is not global', local, synchronous],
  ])('%s stop the start, and the error names the providers of both', async (_, first, second) => {
    @Module({ imports: [second('archive')] })
    class ArchiveModule {}

    const error = await errorOf(start([first('signeasy'), ArchiveModule]));

    expect(error).toMatchObject({ code: 'invalid_configuration' });
    expect(error.message).toContain('forRoot');
    expect(error.message).toContain('signeasy');
    expect(error.message).toContain('archive');
    expect(error.message).toContain('forFeature');
    expect(error.message).not.toContain(SECRET);
  });

  it('do not keep an application from starting where they are in two applications', async () => {
    const apps = [await start([synchronous('signeasy')]), await start([synchronous('archive')])];

    const names = apps.map((app) => app.get(TokenManager).providers);

    expect(names).toEqual([['signeasy'], ['archive']]);
  });

  it('are one where the same dynamic module is imported twice', async () => {
    const root = synchronous('signeasy');
    @Module({ imports: [root] })
    class OtherModule {}

    const app = await start([root, OtherModule]);

    expect(app.get(TokenManager).providers).toEqual(['signeasy']);
  });

  it('stop a module under test as well', async () => {
    const building = Test.createTestingModule({ imports: [synchronous('signeasy'), synchronous('archive')] })
      .compile()
      .then((app) => app.init());

    const error = await errorOf(building);

    expect(error).toMatchObject({ code: 'invalid_configuration' });
  });
});

describe('a feature without a root', () => {
  it('stops the start, and the error says that the root is missing', async () => {
    const error = await errorOf(start([ClientCredentialsModule.forFeature({ archive: plain })]));

    expect(error.message).toContain('forRoot');
    expect(error.message).toContain('archive');
    expect(error.message).not.toContain('Symbol(');
    expect(error.message).not.toContain(SECRET);
  });

  it('that is not global and in another module says the same', async () => {
    @Module({ imports: [ClientCredentialsModule.forRoot({ ...rootOf('signeasy'), isGlobal: false })] })
    class RootModule {}

    const error = await errorOf(start([RootModule, ClientCredentialsModule.forFeature({ archive: plain })]));

    expect(error.message).toContain('forRoot');
    expect(error.message).not.toContain('Symbol(');
  });
});

describe('a warm-up that fails', () => {
  it('is logged once, with what to do', async () => {
    await using server = await startAuthorizationServer();
    server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });
    const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const logger = new NestLines();
    const desk = { ...server.providerConfig, tokenRequest: { attempts: 1 } };

    const app = await start([ClientCredentialsModule.forRoot({ providers: { desk }, warmUp: true })], logger);
    await app.get(TokenManager).warmedUp;

    const told = [...logger.alarms, ...emitWarning.mock.calls];
    expect(told).toEqual([expect.stringContaining('invalid_scope')]);
    expect(told[0]).toMatch(/^(warn|error) /);
    expect(told[0]).toContain('scope');
    expect(told[0]).not.toContain(String(server.clientSecret));
  });

  it.each([1, 2])('is logged once for each of the providers that fail, here %i', async (failing) => {
    await using server = await startAuthorizationServer();
    server.failNext(failing, { status: 400, body: { error: 'invalid_scope' } });
    const logger = new NestLines();
    const desk = { ...server.providerConfig, tokenRequest: { attempts: 1 } };
    const providers = { one: { ...desk, scope: 'one' }, two: { ...desk, scope: 'two' } };

    const app = await start([ClientCredentialsModule.forRoot({ providers, warmUp: true })], logger);
    await app.get(TokenManager).warmedUp;

    expect(logger.alarms).toHaveLength(failing);
  });

  it('leaves no failure of a later call unlogged', async () => {
    await using server = await startAuthorizationServer();
    server.failNext(2, 'reset');
    const logger = new NestLines();
    const desk = { ...server.providerConfig, tokenRequest: { attempts: 1 } };
    const app = await start([ClientCredentialsModule.forRoot({ providers: { desk }, warmUp: true })], logger);
    await app.get(TokenManager).warmedUp;

    await errorOf(app.get(TokenManager).source('desk').getToken());

    expect(logger.alarms).toHaveLength(2);
  });
});
