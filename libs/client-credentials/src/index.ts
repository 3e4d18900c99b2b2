export * from './core/index.js';
export { ClientCredentialsModule } from './nest/client-credentials.module.js';
export { getTokenClientToken, InjectTokenClient } from './nest/inject-token-client.decorator.js';
export type {
  ClientCredentialsModuleAsyncBase,
  ClientCredentialsModuleAsyncOptions,
  ClientCredentialsModuleClassOptions,
  ClientCredentialsModuleExistingOptions,
  ClientCredentialsModuleFactoryOptions,
  ClientCredentialsModuleOptions,
  ClientCredentialsOptionsFactory,
} from './nest/module-options.js';
export { TokenClient } from './nest/token-client.js';
export { TokenClients } from './nest/token-clients.js';
export { ClientCredentialsExceptionFilter } from './nest/exception-filter.js';
export type {
  ClientCredentialsFeatureAsyncBase,
  ClientCredentialsFeatureAsyncOptions,
  ClientCredentialsFeatureOptionsFactory,
  FeatureProviders,
} from './nest/module-options.js';
