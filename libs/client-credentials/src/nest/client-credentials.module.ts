import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { ClientCredentialsOptions } from '../config/options.js';
import { createdOptions } from './async-options.js';
import { featureProviders } from './feature-providers.js';
import type {
  ClientCredentialsFeatureAsyncOptions,
  ClientCredentialsModuleAsyncOptions,
  ClientCredentialsModuleOptions,
  FeatureProviders,
} from './module-options.js';
import { NestTokenManager } from './nest-token-manager.js';
import { requireNames } from './registered-clients.js';
import { MANAGER, rootProviders } from './root-providers.js';

// Symbols by name, so that two copies of this package in one application share their providers.
const OPTIONS = Symbol.for('nestjs-client-credentials.Options');
const CREATOR = Symbol.for('nestjs-client-credentials.OptionsFactory');

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
    const names = Object.keys(Object(options.providers));
    return { module: ClientCredentialsModule, global: isGlobal, ...rootProviders(names, [manager]) };
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
    const created = createdOptions(options, { provide: OPTIONS, creator: CREATOR });
    return {
      module: ClientCredentialsModule,
      global: options.isGlobal ?? true,
      ...rootProviders(names, [manager, ...created]),
      ...(options.imports && { imports: options.imports }),
    };
  }

  /**
   * Registers further providers with the application's token manager, from a feature module.
   *
   * @throws `ClientCredentialsError` `invalid_configuration` at start-up, also if a name is already registered
   */
  static forFeature(providers: FeatureProviders): DynamicModule {
    const provide = Symbol('feature providers');
    const created = [{ provide, useValue: providers }];
    return { module: ClientCredentialsModule, ...featureProviders(Object.keys(providers), provide, created) };
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
    const names = options.providers ?? [];
    // New symbols each time: there may be several feature modules.
    const result = Symbol('feature result');
    const created = createdOptions(options, { provide: result, creator: Symbol('feature options factory') });
    const provide = Symbol('feature providers');
    const checked: Provider = {
      provide,
      useFactory: (providers: FeatureProviders) => {
        requireNames(providers, names, 'forFeatureAsync');
        return providers;
      },
      inject: [result],
    };
    return {
      module: ClientCredentialsModule,
      ...featureProviders(names, provide, [...created, checked]),
      ...(options.imports && { imports: options.imports }),
    };
  }
}
