import type { DynamicModule, Provider } from '@nestjs/common';
import { invalidConfiguration } from '../base/errors.js';
import type { TokenManager } from '../manager/token-manager.js';
import { getTokenClientToken } from './inject-token-client.decorator.js';
import type { FeatureProviders } from './module-options.js';
import { CLIENTS, MANAGER } from './root-providers.js';
import type { TokenClient } from './token-client.js';
import type { TokenClients } from './token-clients.js';

/**
 * A feature module's part of the module: its clients by name, registered with the root's manager.
 *
 * @param options - DI token of the feature's {@link FeatureProviders}
 * @param created - Nest providers that create them
 */
export function featureProviders(
  names: readonly string[],
  options: symbol,
  created: Provider[],
): Pick<DynamicModule, 'providers' | 'exports'> {
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
  return { providers: [...created, ...clients], exports: clients.map(({ provide }) => provide) };
}

function rootMissing(names: readonly string[]): Error {
  return invalidConfiguration([
    `ClientCredentialsModule.forFeature (${names.join(', ')}): the root is missing: import ClientCredentialsModule.forRoot or forRootAsync once, in the application's module, with isGlobal left at true`,
  ]);
}
