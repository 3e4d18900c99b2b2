import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { ClientCredentialsOptions } from '../config/options.js';

/** The options of {@link ClientCredentialsModule.forRoot}. */
export interface ClientCredentialsModuleOptions extends ClientCredentialsOptions {
  /**
   * Whether every module sees the clients without importing this one. `forFeature` needs it.
   *
   * @defaultValue `true`
   */
  isGlobal?: boolean;
}

/** A class that makes the options, for `useClass` and `useExisting`. */
export interface ClientCredentialsOptionsFactory {
  /** Makes them, once, while the application starts. */
  createClientCredentialsOptions(): ClientCredentialsOptions | Promise<ClientCredentialsOptions>;
}

/** What the three ways of `forRootAsync` have in common. */
export interface ClientCredentialsModuleAsyncBase extends Pick<ModuleMetadata, 'imports'> {
  /** The names of the providers that the options will define. Nest needs them before it can make the options. */
  providers: string[];
  /**
   * Whether every module sees the clients without importing this one. `forFeature` needs it.
   *
   * @defaultValue `true`
   */
  isGlobal?: boolean;
}

/** Options that a function makes. */
export interface ClientCredentialsModuleFactoryOptions extends ClientCredentialsModuleAsyncBase {
  /** What the function gets, in order. */
  inject?: (InjectionToken | OptionalFactoryDependency)[];
  /** Makes the options. What it gets is not typed, since Nest cannot tell. */
  useFactory: (...injected: never[]) => ClientCredentialsOptions | Promise<ClientCredentialsOptions>;
}

/** Options that an instance of a class makes; the instance is made here. */
export interface ClientCredentialsModuleClassOptions extends ClientCredentialsModuleAsyncBase {
  useClass: Type<ClientCredentialsOptionsFactory>;
}

/** Options that an existing provider makes. */
export interface ClientCredentialsModuleExistingOptions extends ClientCredentialsModuleAsyncBase {
  useExisting: InjectionToken<ClientCredentialsOptionsFactory>;
}

/** The options of {@link ClientCredentialsModule.forRootAsync}. */
export type ClientCredentialsModuleAsyncOptions =
  | ClientCredentialsModuleFactoryOptions
  | ClientCredentialsModuleClassOptions
  | ClientCredentialsModuleExistingOptions;
