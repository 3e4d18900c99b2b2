import {
  Module,
  type DynamicModule,
  type InjectionToken,
  type OptionalFactoryDependency,
  type Provider,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { invalidConfiguration } from '../base/errors.js';
import type { ClientCredentialsOptions } from '../config/options.js';
import { TokenManager } from '../manager/token-manager.js';
import { getTokenClientToken } from './inject-token-client.decorator.js';
import type {
  ClientCredentialsFeatureAsyncOptions,
  ClientCredentialsFeatureOptionsFactory,
  ClientCredentialsModuleAsyncOptions,
  ClientCredentialsModuleOptions,
  ClientCredentialsOptionsFactory,
  FeatureProviders,
} from './module-options.js';
import { NestTokenManager } from './nest-token-manager.js';
import type { TokenClient } from './token-client.js';
import { TokenClients } from './token-clients.js';
import { announceClients } from './registered-clients.js';

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
      useFactory: (created: ClientCredentialsOptions) => {
        requireNames(created?.providers, names, 'forRootAsync');
        return new NestTokenManager(created);
      },
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
  static forFeature(providers: FeatureProviders): DynamicModule {
    const { provide } = featureOptions();
    return featureModule(Object.keys(providers), provide, [{ provide, useValue: providers }]);
  }

  /**
   * Registers further providers whose options are created while the application starts, by a function or a class.
   *
   * @throws `ClientCredentialsError` `invalid_configuration` at start-up, also if other providers are defined than `providers` names
   * @example
   * ```ts
   * ClientCredentialsModule.forFeatureAsync({
   *   providers: ['archive'],
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ archive: config.getOrThrow('archive') }),
   * });
   * ```
   */
  static forFeatureAsync(options: ClientCredentialsFeatureAsyncOptions): DynamicModule {
    const { provide, factory } = featureOptions();
    const names = options.providers ?? [];
    const made = { provide: Symbol('feature result'), ...sourceOf(options, factory) };
    const validated: Provider = {
      provide,
      useFactory: (providers: FeatureProviders) => {
        requireNames(providers, names, 'forFeatureAsync');
        return providers;
      },
      inject: [made.provide],
    };
    const own: Provider[] = 'useClass' in options ? [{ provide: factory, useClass: options.useClass }] : [];
    const feature = featureModule(names, provide, [...own, made, validated]);
    return { ...feature, ...(options.imports && { imports: options.imports }) };
  }
}

/** DI tokens for one feature module: there may be several. */
function featureOptions(): { provide: symbol; factory: symbol } {
  return { provide: Symbol('feature providers'), factory: Symbol('feature factory') };
}

/** How the result of an async feature is created. */
function sourceOf(
  options: ClientCredentialsFeatureAsyncOptions,
  factory: symbol,
): { useFactory: (...injected: never[]) => unknown; inject: (InjectionToken | OptionalFactoryDependency)[] } {
  if ('useFactory' in options) return { useFactory: options.useFactory, inject: options.inject ?? [] };
  return {
    useFactory: (maker: ClientCredentialsFeatureOptionsFactory) => maker.createClientCredentialsOptions(),
    inject: ['useClass' in options ? factory : options.useExisting],
  };
}

function featureModule(names: readonly string[], options: symbol, created: Provider[]): DynamicModule {
  const clients = names.map((name) => ({
    provide: getTokenClientToken(name),
    useFactory: (
      manager: TokenManager | undefined,
      known: TokenClients | undefined,
      providers: FeatureProviders,
    ): TokenClient => {
      if (manager === undefined || known === undefined) throw rootMissing(names);
      for (const [each, config] of Object.entries(providers)) if (each === name) manager.add(each, config);
      return known.get(name);
    },
    inject: [{ token: MANAGER, optional: true }, { token: CLIENTS, optional: true }, options],
  }));
  return {
    module: ClientCredentialsModule,
    providers: [...created, ...clients],
    exports: clients.map(({ provide }) => provide),
  };
}

function rootMissing(names: readonly string[]): Error {
  return invalidConfiguration([
    `ClientCredentialsModule.forFeature (${names.join(', ')}): the root is missing: import ClientCredentialsModule.forRoot or forRootAsync once, in the application's module, with isGlobal left at true`,
  ]);
}

const announcement: Provider = {
  provide: ANNOUNCEMENT,
  useFactory: (modules: ModulesContainer) => announceClients(modules, MANAGER),
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

/** Compares the names that Nest was told with the names that the options define. */
function requireNames(providers: unknown, listed: readonly string[], method: string): void {
  const defined = Object.keys(Object(providers));
  const missing = listed.filter((name) => !defined.includes(name));
  const surplus = defined.filter((name) => !listed.includes(name));
  const problems = [
    ...missing.map(
      (name) =>
        `providers.${name}: is missing from the options: define this provider, or remove its name from the providers of ${method}`,
    ),
    ...surplus.map(
      (name) => `providers.${name}: is missing from the providers of ${method}: add the name there`,
    ),
  ];
  if (problems.length > 0) throw invalidConfiguration(problems);
}
