import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { ClientCredentialsOptions } from '../core/options.js';

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
  createClientCredentialsOptions(): ClientCredentialsOptions | Promise<ClientCredentialsOptions>;
}

interface AsyncBase extends Pick<ModuleMetadata, 'imports'> {
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
export interface ClientCredentialsModuleFactoryOptions extends AsyncBase {
  /** What the function gets, in order. */
  inject?: (InjectionToken | OptionalFactoryDependency)[];
  // Nest cannot type what it injects.
  useFactory: (...injected: never[]) => ClientCredentialsOptions | Promise<ClientCredentialsOptions>;
}

/** Options that an instance of a class makes; the instance is made here. */
export interface ClientCredentialsModuleClassOptions extends AsyncBase {
  useClass: Type<ClientCredentialsOptionsFactory>;
}

/** Options that an existing provider makes. */
export interface ClientCredentialsModuleExistingOptions extends AsyncBase {
  useExisting: InjectionToken<ClientCredentialsOptionsFactory>;
}

/** The options of {@link ClientCredentialsModule.forRootAsync}. */
export type ClientCredentialsModuleAsyncOptions =
  | ClientCredentialsModuleFactoryOptions
  | ClientCredentialsModuleClassOptions
  | ClientCredentialsModuleExistingOptions;
