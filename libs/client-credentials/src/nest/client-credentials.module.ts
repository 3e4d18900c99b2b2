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

// Symbols by name, so that two copies of this package in one application share their providers.
const MANAGER = Symbol.for('nestjs-client-credentials.TokenManager');
const CLIENTS = Symbol.for('nestjs-client-credentials.TokenClients');
const OPTIONS = Symbol.for('nestjs-client-credentials.Options');
const FACTORY = Symbol.for('nestjs-client-credentials.OptionsFactory');
const ANNOUNCEMENT = Symbol.for('nestjs-client-credentials.Announcement');

/**
 * Registers providers. {@link InjectTokenClient} injects the {@link TokenClient} of each.
 *
 * @example
 * ```ts
 * ClientCredentialsModule.forRoot({ providers: { signeasy: signeasy({ clientId, clientSecret }) } });
 * ```
 */
@Module({})
export class ClientCredentialsModule {
  /**
   * Registers providers whose options are known at import time.
   *
   * @throws `ClientCredentialsError` `invalid_configuration` at start-up; its message lists every problem
   */
  static forRoot({ isGlobal = true, ...options }: ClientCredentialsModuleOptions): DynamicModule {
    const manager = { provide: MANAGER, useFactory: () => new NestTokenManager(options) };
    return rootModule(isGlobal, Object.keys(Object(options.providers)), [manager]);
  }

  /**
   * Registers providers whose options a function or a class creates while the application starts.
   *
   * @throws `ClientCredentialsError` `invalid_configuration` at start-up, also if the options define other providers than `providers` lists
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
      useFactory: (created: ClientCredentialsOptions) => new NestTokenManager(validated(created, names)),
      inject: [OPTIONS],
    };
    const root = rootModule(options.isGlobal ?? true, names, [manager, ...optionsProviders(options)]);
    return { ...root, ...(options.imports && { imports: options.imports }) };
  }

  /**
   * Registers further providers with the application's token manager, from a feature module.
   *
   * @throws `ClientCredentialsError` `invalid_configuration` at start-up, also if a name is already registered
   */
  static forFeature(providers: Record<string, ProviderConfig | TenantProviderConfig>): DynamicModule {
    const clients = Object.entries(providers).map(([name, config]) => ({
      provide: getTokenClientToken(name),
      useFactory: (manager: TokenManager, all: TokenClients): TokenClient => {
        manager.add(name, config);
        return all.get(name);
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
    useFactory: (all: TokenClients): TokenClient => all.get(name),
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
  const created: Provider = {
    provide: OPTIONS,
    useFactory: (instance: ClientCredentialsOptionsFactory) => instance.createClientCredentialsOptions(),
    inject: [FACTORY],
  };
  return [factory, created];
}

function validated(options: ClientCredentialsOptions, listed: readonly string[]): ClientCredentialsOptions {
  const defined = Object.keys(Object(options?.providers));
  const missing = listed.filter((name) => !defined.includes(name));
  const surplus = defined.filter((name) => !listed.includes(name));
  const problems = [
    ...missing.map(
      (name) =>
        `providers.${name}: is missing from the options: define this provider, or remove its name from the providers of forRootAsync`,
    ),
    ...surplus.map(
      (name) => `providers.${name}: is missing from the providers of forRootAsync: add the name there`,
    ),
  ];
  if (problems.length > 0) throw invalidConfiguration(problems);
  return options;
}
