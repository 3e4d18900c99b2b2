import { Module, type DynamicModule, type InjectionToken, type Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { invalidConfiguration } from '../base/errors.js';
import type { ClientCredentialsOptions, ProviderConfig, TenantProviderConfig } from '../config/options.js';
import { TokenManager } from '../manager/token-manager.js';
import { getTokenClientToken } from './inject-token-client.decorator.js';
import type {
  ClientCredentialsModuleAsyncOptions,
  ClientCredentialsModuleOptions,
  ClientCredentialsOptionsFactory,
} from './module-options.js';
import { NestTokenManager } from './nest-token-manager.js';
import type { TokenClient } from './token-client.js';
import { TokenClients } from './token-clients.js';
import { announceClients } from './unknown-clients.js';

// By name rather than by class, so that two copies of this package in one application meet.
const MANAGER = Symbol.for('nestjs-client-credentials.TokenManager');
const CLIENTS = Symbol.for('nestjs-client-credentials.TokenClients');
const OPTIONS = Symbol.for('nestjs-client-credentials.Options');
const FACTORY = Symbol.for('nestjs-client-credentials.OptionsFactory');
const ANNOUNCEMENT = Symbol.for('nestjs-client-credentials.Announcement');

/**
 * Registers providers, and makes a {@link TokenClient} for each that {@link InjectTokenClient} injects.
 *
 * @example
 * ```ts
 * ClientCredentialsModule.forRoot({ providers: { signeasy: signeasy({ clientId, clientSecret }) } });
 * ```
 */
@Module({})
export class ClientCredentialsModule {
  /**
   * Registers providers whose options are known.
   *
   * @throws `ClientCredentialsError` `invalid_configuration` at start-up, which lists every problem
   */
  static forRoot({ isGlobal = true, ...options }: ClientCredentialsModuleOptions): DynamicModule {
    const manager = { provide: MANAGER, useFactory: () => new NestTokenManager(options) };
    return rootModule(isGlobal, Object.keys(Object(options.providers)), [manager]);
  }

  /**
   * Registers providers whose options are made while the application starts, by a function or a class.
   *
   * @throws `ClientCredentialsError` `invalid_configuration` at start-up, also if other providers are defined than announced
   * @example
   * ```ts
   * ClientCredentialsModule.forRootAsync({
   *   providers: ['signeasy'],
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ providers: { signeasy: signeasy(config.getOrThrow('signeasy')) } }),
   * });
   * ```
   */
  static forRootAsync(options: ClientCredentialsModuleAsyncOptions): DynamicModule {
    const names = options.providers ?? [];
    const manager = {
      provide: MANAGER,
      useFactory: (made: ClientCredentialsOptions) => new NestTokenManager(checked(made, names)),
      inject: [OPTIONS],
    };
    const root = rootModule(options.isGlobal ?? true, names, [manager, ...optionsProviders(options)]);
    return { ...root, ...(options.imports && { imports: options.imports }) };
  }

  /**
   * Registers further providers with the application's one manager, from the module that uses them.
   *
   * @throws `ClientCredentialsError` `invalid_configuration` at start-up, also if a name is taken already
   */
  static forFeature(providers: Record<string, ProviderConfig | TenantProviderConfig>): DynamicModule {
    const clients = Object.entries(providers).map(([name, config]) => ({
      provide: getTokenClientToken(name),
      useFactory: (manager: TokenManager, known: TokenClients): TokenClient => {
        manager.add(name, config);
        return known.get(name);
      },
      inject: [MANAGER, CLIENTS],
    }));
    return {
      module: ClientCredentialsModule,
      providers: clients,
      exports: clients.map(({ provide }) => provide),
    };
  }
}

const announcement: Provider = {
  provide: ANNOUNCEMENT,
  useFactory: announceClients,
  inject: [ModulesContainer],
};

function rootModule(isGlobal: boolean, names: readonly string[], manager: Provider[]): DynamicModule {
  const clients = names.map((name) => ({
    provide: getTokenClientToken(name),
    useFactory: (known: TokenClients): TokenClient => known.get(name),
    inject: [CLIENTS],
  }));
  const shared: Provider[] = [
    { provide: CLIENTS, useFactory: (tokens: TokenManager) => new TokenClients(tokens), inject: [MANAGER] },
    { provide: TokenManager, useExisting: MANAGER },
    { provide: TokenClients, useExisting: CLIENTS },
  ];
  const exports: InjectionToken[] = [
    MANAGER,
    CLIENTS,
    TokenManager,
    TokenClients,
    ...clients.map(({ provide }) => provide),
  ];
  return {
    module: ClientCredentialsModule,
    global: isGlobal,
    providers: [announcement, ...manager, ...shared, ...clients],
    exports,
  };
}

function optionsProviders(options: ClientCredentialsModuleAsyncOptions): Provider[] {
  if ('useFactory' in options) {
    return [{ provide: OPTIONS, useFactory: options.useFactory, inject: options.inject ?? [] }];
  }
  const factory: Provider =
    'useClass' in options
      ? { provide: FACTORY, useClass: options.useClass }
      : { provide: FACTORY, useExisting: options.useExisting };
  const made: Provider = {
    provide: OPTIONS,
    useFactory: (maker: ClientCredentialsOptionsFactory) => maker.createClientCredentialsOptions(),
    inject: [FACTORY],
  };
  return [factory, made];
}

function checked(options: ClientCredentialsOptions, announced: readonly string[]): ClientCredentialsOptions {
  const defined = Object.keys(Object(options?.providers));
  const missing = announced.filter((name) => !defined.includes(name));
  const surplus = defined.filter((name) => !announced.includes(name));
  const problems = [
    ...missing.map(
      (name) => `providers.${name}: is announced to forRootAsync, but the options do not define it`,
    ),
    ...surplus.map(
      (name) => `providers.${name}: is defined, but not announced to forRootAsync: add it to its providers`,
    ),
  ];
  if (problems.length > 0) throw invalidConfiguration(problems);
  return options;
}
