import type { Provider } from '@nestjs/common';
import type {
  ClientCredentialsFeatureAsyncOptions,
  ClientCredentialsModuleAsyncOptions,
} from './module-options.js';

/** A class that creates options, of a root or of a feature module. */
interface OptionsCreator {
  createClientCredentialsOptions(): unknown;
}

/**
 * Nest providers that create options by a function, a class or an existing Nest provider.
 *
 * @param provide - DI token of the created options
 * @param creator - DI token of a class that this module instantiates
 */
export function createdOptions(
  options: ClientCredentialsModuleAsyncOptions | ClientCredentialsFeatureAsyncOptions,
  { provide, creator }: { readonly provide: symbol; readonly creator: symbol },
): Provider[] {
  if ('useFactory' in options) {
    return [{ provide, useFactory: options.useFactory, inject: options.inject ?? [] }];
  }
  const created: Provider = {
    provide,
    useFactory: (instance: OptionsCreator) => instance.createClientCredentialsOptions(),
    inject: ['useClass' in options ? creator : options.useExisting],
  };
  return 'useClass' in options ? [{ provide: creator, useClass: options.useClass }, created] : [created];
}
