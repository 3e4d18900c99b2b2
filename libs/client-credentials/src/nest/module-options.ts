import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { AnyProviderConfig, ClientCredentialsOptions } from '../config/options.js';

/** The options of {@link ClientCredentialsModule.forRoot}. */
export interface ClientCredentialsModuleOptions extends ClientCredentialsOptions {
  /**
   * Whether every module can inject the clients without importing this module. `forFeature` needs `true`.
   *
   * @defaultValue `true`
   */
  isGlobal?: boolean;
}

/** A class that creates the options, for `useClass` and `useExisting`. */
export interface ClientCredentialsOptionsFactory {
  /** Returns the options; called once while the application starts. */
  createClientCredentialsOptions(): ClientCredentialsOptions | Promise<ClientCredentialsOptions>;
}

/** Options of every form of `forRootAsync`. */
export interface ClientCredentialsModuleAsyncBase extends Pick<ModuleMetadata, 'imports'> {
  /** Names of all providers in the options. Nest needs the names before the options exist. */
  providers: string[];
  /**
   * Whether every module can inject the clients without importing this module. `forFeature` needs `true`.
   *
   * @defaultValue `true`
   */
  isGlobal?: boolean;
}

/** `forRootAsync` with a function that returns the options. */
export interface ClientCredentialsModuleFactoryOptions extends ClientCredentialsModuleAsyncBase {
  /** DI tokens of the function's arguments, in order. */
  inject?: (InjectionToken | OptionalFactoryDependency)[];
  /** Returns the options. The arguments are untyped, because Nest resolves `inject` at run time. */
  useFactory: (...injected: never[]) => ClientCredentialsOptions | Promise<ClientCredentialsOptions>;
}

/** `forRootAsync` with a class that this module instantiates. */
export interface ClientCredentialsModuleClassOptions extends ClientCredentialsModuleAsyncBase {
  useClass: Type<ClientCredentialsOptionsFactory>;
}

/** `forRootAsync` with an existing Nest provider. */
export interface ClientCredentialsModuleExistingOptions extends ClientCredentialsModuleAsyncBase {
  useExisting: InjectionToken<ClientCredentialsOptionsFactory>;
}

/** The options of {@link ClientCredentialsModule.forRootAsync}. */
export type ClientCredentialsModuleAsyncOptions =
  | ClientCredentialsModuleFactoryOptions
  | ClientCredentialsModuleClassOptions
  | ClientCredentialsModuleExistingOptions;

/** Providers of a feature module, by name. */
export type FeatureProviders = Record<string, AnyProviderConfig>;

/** A class that creates the providers of a feature module, for `useClass` and `useExisting`. */
export interface ClientCredentialsFeatureOptionsFactory {
  /** Returns the providers; called once while the application starts. */
  createClientCredentialsOptions(): FeatureProviders | Promise<FeatureProviders>;
}

/** What every form of `forFeatureAsync` shares. */
export interface ClientCredentialsFeatureAsyncBase extends Pick<ModuleMetadata, 'imports'> {
  /** Names of all providers in the result. Nest needs the names before the providers exist. */
  providers: string[];
}

/** The options of {@link ClientCredentialsModule.forFeatureAsync}: a function, a class, or an existing Nest provider. */
export type ClientCredentialsFeatureAsyncOptions = ClientCredentialsFeatureAsyncBase &
  (
    | {
        /** DI tokens of the function's arguments, in order. */
        inject?: (InjectionToken | OptionalFactoryDependency)[];
        /** Returns the providers. The arguments are untyped, because Nest resolves `inject` at run time. */
        useFactory: (...injected: never[]) => FeatureProviders | Promise<FeatureProviders>;
      }
    | { useClass: Type<ClientCredentialsFeatureOptionsFactory> }
    | { useExisting: InjectionToken<ClientCredentialsFeatureOptionsFactory> }
  );
