import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Inject,
  Injectable,
  Module,
  type INestApplicationContext,
  type ModuleMetadata,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientCredentialsModule,
  InjectTokenClient,
  TokenClient,
  TokenManager,
  type ProviderConfig,
} from 'nestjs-client-credentials';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { firstValueFrom } from 'rxjs';
import { errorOf } from './support/outcome.js';

const CONFIG = Symbol('config');

const plain: ProviderConfig = {
  tokenUrl: 'https://id.example.com/token',
  clientId: 'desk',
  clientSecret: 'secret',
};

@Injectable()
class Archive {
  constructor(@InjectTokenClient('archive') readonly client: TokenClient) {}
}

const running: INestApplicationContext[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()));
});

async function start(imports: NonNullable<ModuleMetadata['imports']>): Promise<INestApplicationContext> {
  @Module({ imports })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  running.push(app);
  return app;
}

const root = ClientCredentialsModule.forRoot({ providers: { signeasy: plain } });

describe('forFeatureAsync', () => {
  it.each(['useFactory', 'useClass', 'useExisting'] as const)(
    'adds providers to the manager of the root by %s',
    async (way) => {
      await using server = await startAuthorizationServer();
      const providers = { archive: { ...server.providerConfig, scope: 'archive' } };
      class FromClass {
        constructor(@Inject(CONFIG) readonly made: Record<string, ProviderConfig>) {}

        createClientCredentialsOptions(): Record<string, ProviderConfig> {
          return this.made;
        }
      }
      @Module({
        providers: [{ provide: CONFIG, useValue: providers }, FromClass],
        exports: [CONFIG, FromClass],
      })
      class ConfigModule {}
      const base = { providers: ['archive'], imports: [ConfigModule] };
      const ways = {
        useFactory: { ...base, inject: [CONFIG], useFactory: async (made: typeof providers) => made },
        useClass: { ...base, useClass: FromClass },
        useExisting: { ...base, useExisting: FromClass },
      };
      @Module({
        imports: [ClientCredentialsModule.forFeatureAsync(ways[way])],
        providers: [Archive],
        exports: [Archive],
      })
      class ArchiveModule {}
      const app = await start([root, ArchiveModule]);

      const { status } = await firstValueFrom(app.get(Archive, { strict: false }).client.get('/a'));

      expect(status).toBe(200);
      expect(app.get(TokenManager).providers).toEqual(['signeasy', 'archive']);
      expect(server.issued.map(({ scope }) => scope)).toEqual(['archive']);
    },
  );

  it('refuses providers that are not those announced, and names the difference', async () => {
    const feature = ClientCredentialsModule.forFeatureAsync({
      providers: ['archive', 'fyma'],
      useFactory: () => ({ archive: plain, fuuffy: plain }),
    });

    const error = await errorOf(start([root, feature]));

    expect(error).toMatchObject({ code: 'invalid_configuration' });
    expect(error.message).toContain('fyma');
    expect(error.message).toContain('fuuffy');
  });

  it('refuses a name that is taken by other options', async () => {
    const feature = ClientCredentialsModule.forFeatureAsync({
      providers: ['signeasy'],
      useFactory: () => ({ signeasy: { ...plain, clientId: 'other' } }),
    });

    const error = await errorOf(start([root, feature]));

    expect(error).toMatchObject({ code: 'invalid_configuration' });
  });

  it('lists every problem of its options', async () => {
    const feature = ClientCredentialsModule.forFeatureAsync({
      providers: ['archive'],
      useFactory: () => ({ archive: { ...plain, clientID: 'x' } as never }),
    });

    const error = await errorOf(start([root, feature]));

    expect(error).toMatchObject({ code: 'invalid_configuration' });
    expect(error.message).toContain('archive.clientID: is no option here; did you mean "clientId"?');
  });

  it('without a root stops the start, and the error says that the root is missing', async () => {
    const feature = ClientCredentialsModule.forFeatureAsync({
      providers: ['archive'],
      useFactory: () => ({ archive: plain }),
    });

    const error = await errorOf(start([feature]));

    expect(error.message).toContain('forRoot');
    expect(error.message).not.toContain('Symbol(');
  });
});
