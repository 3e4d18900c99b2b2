import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HttpService } from '@nestjs/axios';
import {
  Inject,
  Injectable,
  Module,
  type INestApplicationContext,
  type LoggerService,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import {
  ClientCredentialsModule,
  getTokenClientToken,
  InjectTokenClient,
  TokenClient,
  TokenClients,
  TokenManager,
  type ClientCredentialsOptions,
  type ClientCredentialsOptionsFactory,
  type ProviderConfig,
} from 'nestjs-client-credentials';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { firstValueFrom, of } from 'rxjs';

const CONFIG = Symbol('config');
const secret = 'a-secret-nobody-may-see';
const plain: ProviderConfig = {
  tokenUrl: 'https://id.example.com/token',
  clientId: 'desk',
  clientSecret: secret,
};

@Injectable()
class Signing {
  constructor(@InjectTokenClient('signeasy') readonly client: TokenClient) {}

  async me(): Promise<unknown> {
    return (await firstValueFrom(this.client.get<unknown>('/me'))).data;
  }
}

@Injectable()
class Misspelt {
  constructor(@InjectTokenClient('signaesy') readonly client: TokenClient) {}
}

/** Nest logger that collects lines. */
class Lines implements LoggerService {
  readonly lines: string[] = [];
  readonly log = (message: unknown): void => void this.lines.push(`log ${String(message)}`);
  readonly debug = (message: unknown): void => void this.lines.push(`debug ${String(message)}`);
  readonly warn = (message: unknown): void => void this.lines.push(`warn ${String(message)}`);
  readonly error = (message: unknown): void => void this.lines.push(`error ${String(message)}`);
}

const running: INestApplicationContext[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()));
});

async function start(
  imports: NonNullable<Parameters<typeof Module>[0]['imports']>,
  providers: Type[] = [Signing],
  logger: LoggerService | false = false,
): Promise<INestApplicationContext> {
  @Module({ imports, providers })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger, abortOnError: false });
  running.push(app);
  return app;
}

function options(server: AuthorizationServer): ClientCredentialsOptions {
  return { providers: { signeasy: { ...server.providerConfig, tokenRequest: { attempts: 1 } } } };
}

describe('the module', () => {
  it('injects a client whose calls carry the token', async () => {
    await using server = await startAuthorizationServer();
    const app = await start([ClientCredentialsModule.forRoot(options(server))]);

    const me = await app.get(Signing).me();
    await app.get(Signing).me();

    expect(me).toMatchObject({ path: '/me' });
    expect(server.apiRequests.map(({ token }) => token)).toEqual([
      server.issued[0]?.value,
      server.issued[0]?.value,
    ]);
    expect(server.tokenRequests).toHaveLength(1);
  });

  it('injects an HttpService that is also a token source, with its own axios instance', async () => {
    await using server = await startAuthorizationServer();
    const app = await start([ClientCredentialsModule.forRoot(options(server))]);
    const { client } = app.get(Signing);

    expect(client).toBeInstanceOf(HttpService);
    expect(client).toBe(app.get(TokenClients).get('signeasy'));
    expect(client.axiosRef).not.toBe(new HttpService().axiosRef);
    expect((await client.getToken()).value).toBe(server.issued[0]?.value);
    expect(app.get(TokenManager).snapshot()).toMatchObject([{ provider: 'signeasy', state: 'fresh' }]);
  });

  class FromClass implements ClientCredentialsOptionsFactory {
    constructor(@Inject(CONFIG) readonly made: ClientCredentialsOptions) {}

    createClientCredentialsOptions(): ClientCredentialsOptions {
      return this.made;
    }
  }

  it.each(['useFactory', 'useClass', 'useExisting'] as const)('reads its options by %s', async (way) => {
    await using server = await startAuthorizationServer();
    @Module({
      providers: [{ provide: CONFIG, useValue: options(server) }, FromClass],
      exports: [CONFIG, FromClass],
    })
    class ConfigModule {}
    const base = { providers: ['signeasy'], imports: [ConfigModule] };
    const ways = {
      useFactory: { ...base, inject: [CONFIG], useFactory: async (made: ClientCredentialsOptions) => made },
      useClass: { ...base, useClass: FromClass },
      useExisting: { ...base, useExisting: FromClass },
    };
    const app = await start([ClientCredentialsModule.forRootAsync(ways[way])]);

    expect(await app.get(Signing).me()).toMatchObject({ path: '/me' });
  });

  it('rejects options with other providers than listed, and names the difference', async () => {
    const starting = start([
      ClientCredentialsModule.forRootAsync({
        providers: ['signeasy', 'fyma'],
        useFactory: () => ({ providers: { signeasy: plain, fuuffy: plain } }),
      }),
    ]);

    await expect(starting).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringMatching(
        /providers\.fyma: is missing from the options[^]*providers\.fuuffy: is missing from the providers of/,
      ),
    });
  });

  it('adds providers of a feature module to the same manager', async () => {
    await using server = await startAuthorizationServer();
    const feature = { archive: { ...server.providerConfig, scope: 'archive' } };
    @Injectable()
    class Archive {
      constructor(@InjectTokenClient('archive') readonly client: TokenClient) {}
    }
    @Module({
      imports: [ClientCredentialsModule.forFeature(feature)],
      providers: [Archive],
      exports: [Archive],
    })
    class ArchiveModule {}
    @Module({ imports: [ClientCredentialsModule.forFeature(feature)] })
    class SecondModule {}
    const app = await start([ClientCredentialsModule.forRoot(options(server)), ArchiveModule, SecondModule]);

    await firstValueFrom(app.get(Archive, { strict: false }).client.get('/a'));

    expect(app.get(TokenManager).providers).toEqual(['signeasy', 'archive']);
    expect(server.issued.map(({ scope }) => scope)).toEqual(['archive']);
  });

  it('rejects a feature whose name is registered with other options', async () => {
    const starting = start([
      ClientCredentialsModule.forRoot({ providers: { signeasy: plain } }),
      ClientCredentialsModule.forFeature({ signeasy: { ...plain, clientId: 'other' } }),
    ]);

    await expect(starting).rejects.toMatchObject({ code: 'invalid_configuration' });
  });

  it('stops the application at an unknown name, and logs the known names', async () => {
    const logger = new Lines();
    const starting = start(
      [ClientCredentialsModule.forRoot({ providers: { signeasy: plain } })],
      [Misspelt],
      logger,
    );

    const error: unknown = await starting.catch((reason: unknown) => reason);

    expect(String(error)).toContain('TokenClient(signaesy)');
    expect(logger.lines.join('\n')).toContain('Token clients: signeasy');
    expect(inspect([error, logger.lines], { depth: 9 })).not.toContain(secret);
  });

  it('stops the application at wrong options, and lists every problem', async () => {
    const starting = start([
      ClientCredentialsModule.forRoot({
        providers: { a: { ...plain, tokenUrl: 'http://id.example.com' }, b: { ...plain, clientId: '' } },
      }),
    ]);

    await expect(starting).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringMatching(/providers\.a\.tokenUrl[^]*providers\.b\.clientId/),
    });
  });

  it('is visible only in importing modules if it is not global', async () => {
    @Module({ providers: [Signing] })
    class OtherModule {}
    const root = ClientCredentialsModule.forRoot({ providers: { signeasy: plain }, isGlobal: false });

    await expect(start([root, OtherModule], [])).rejects.toThrow(/TokenClient\(signeasy\)/);
    await expect(start([root])).resolves.toBeDefined();
  });

  it('lets a test override a client', async () => {
    const stub = { get: () => of({ data: { id: 7 } }) };
    @Module({
      imports: [ClientCredentialsModule.forRoot({ providers: { signeasy: plain } })],
      providers: [Signing],
    })
    class AppModule {}
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(getTokenClientToken('signeasy'))
      .useValue(stub)
      .compile();

    expect(await module.get(Signing).me()).toEqual({ id: 7 });
  });

  it('has its tokens before the application listens if warmUp is set', async () => {
    await using server = await startAuthorizationServer();
    const app = await start([ClientCredentialsModule.forRoot({ ...options(server), warmUp: true })]);

    expect(server.tokenRequests).toHaveLength(1);
    await app.get(Signing).me();
    expect(server.tokenRequests).toHaveLength(1);
  });

  it('warms up providers of feature modules, and rejects unknown names in warmUp', async () => {
    await using server = await startAuthorizationServer();
    const feature = ClientCredentialsModule.forFeature({
      archive: { ...server.providerConfig, scope: 'archive' },
    });
    await start([ClientCredentialsModule.forRoot({ ...options(server), warmUp: true }), feature]);

    expect(new Set(server.issued.map(({ scope }) => scope))).toEqual(new Set([undefined, 'archive']));
    const starting = start([ClientCredentialsModule.forRoot({ ...options(server), warmUp: ['signaesy'] })]);
    await expect(starting).rejects.toMatchObject({ code: 'unknown_provider' });
  });

  it('starts without tokens if the warm-up fails, and logs a warning', async () => {
    await using server = await startAuthorizationServer();
    server.failNext(Infinity, { status: 400, body: { error: 'invalid_client' } });
    const logger = new Lines();

    await start(
      [ClientCredentialsModule.forRoot({ ...options(server), warmUp: ['signeasy'] })],
      [Signing],
      logger,
    );

    expect(logger.lines.join('\n')).toMatch(/warn No token for "signeasy" at start-up: .*invalid_client/);
  });

  it('closes with the application', async () => {
    await using server = await startAuthorizationServer();
    const app = await start([ClientCredentialsModule.forRoot(options(server))]);
    server.tokenEndpoint.hold();
    const waiting = app.get(Signing).me();
    await server.tokenEndpoint.received(1);

    await app.close();

    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    await expect(app.get(TokenManager).source('signeasy').getToken()).rejects.toMatchObject({
      code: 'closed',
    });
  });

  it('logs events without secrets', async () => {
    await using server = await startAuthorizationServer({ clientSecret: secret });
    const logger = new Lines();
    const app = await start([ClientCredentialsModule.forRoot(options(server))], [Signing], logger);
    await app.get(Signing).me();
    server.revoke();
    await app.get(Signing).me();
    server.revoke();
    server.failNext(1, {
      status: 401,
      body: { error: 'invalid_client', error_description: `not ${secret}` },
    });
    await app
      .get(TokenManager)
      .source('signeasy')
      .getToken({ forceRefresh: true })
      .catch(() => undefined);

    const text = logger.lines.join('\n');
    expect(text).toMatch(/debug Token of "signeasy" acquired \(initial\)/);
    expect(text).toMatch(/warn Token of "signeasy" refused by the API/);
    expect(text).toMatch(/warn The current token stays in use\. .*invalid_client/);
    for (const hidden of [secret, ...server.issued.map(({ value }) => value)])
      expect(text).not.toContain(hidden);
  });

  it('shows no secret when it is printed', async () => {
    const module = ClientCredentialsModule.forRoot({ providers: { signeasy: plain } });
    const app = await start([module]);
    const { client } = app.get(Signing);

    for (const value of [module, client, client.axiosRef, app.get(TokenManager), app.get(TokenClients)]) {
      expect(inspect(value, { depth: 12, showHidden: true })).not.toContain(secret);
    }
  });
});

describe('a derived client', () => {
  it('requests its own scope, through the same interceptors', async () => {
    await using server = await startAuthorizationServer();
    const app = await start([ClientCredentialsModule.forRoot(options(server))]);
    const { client } = app.get(Signing);
    const seen: (string | undefined)[] = [];
    client.axiosRef.interceptors.request.use((config) => (seen.push(config.url), config));
    const writer = client.with({ scope: 'write' }).with({ audience: 'https://x/' });

    await firstValueFrom(writer.get('/a'));
    await firstValueFrom(writer.post('/b', { n: 1 }));
    await writer.axiosRef({ url: '/c' });
    await writer.axiosRef('/d', { clientCredentials: { scope: 'admin' } });
    await firstValueFrom(client.get('/e'));
    await writer.getToken();

    const asked = server.tokenRequests.map(({ parameters }) => [parameters['scope'], parameters['audience']]);
    expect(asked).toEqual([
      ['write', 'https://x/'],
      ['admin', 'https://x/'],
      [undefined, undefined],
    ]);
    expect(seen).toEqual(['/a', '/b', '/c', '/d', '/e']);
    expect(server.apiRequests.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });
});
