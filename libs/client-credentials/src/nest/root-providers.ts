import type { DynamicModule, InjectionToken, Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { TokenManager } from '../manager/token-manager.js';
import { getTokenClientToken } from './inject-token-client.decorator.js';
import { announceClients } from './registered-clients.js';
import type { TokenClient } from './token-client.js';
import { TokenClients } from './token-clients.js';

// Symbols by name, so that two copies of this package in one application share their providers.
export const MANAGER: unique symbol = Symbol.for('nestjs-client-credentials.TokenManager');
export const CLIENTS: unique symbol = Symbol.for('nestjs-client-credentials.TokenClients');
const ANNOUNCEMENT = Symbol.for('nestjs-client-credentials.Announcement');

const announcement: Provider = {
  provide: ANNOUNCEMENT,
  useFactory: (modules: ModulesContainer) => announceClients(modules, MANAGER),
  inject: [ModulesContainer],
};

/**
 * The root's part of the module: the manager, its clients by name, and {@link TokenClients}.
 *
 * @param manager - Nest providers of the manager
 */
export function rootProviders(
  names: readonly string[],
  manager: Provider[],
): Pick<DynamicModule, 'providers' | 'exports'> {
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
  // Not named `exports`: in CommonJS, exported constants such as CLIENTS are read from that name.
  const exported: InjectionToken[] = [
    MANAGER,
    CLIENTS,
    TokenManager,
    TokenClients,
    ...clients.map(({ provide }) => provide),
  ];
  return { providers: [announcement, ...manager, ...shared, ...clients], exports: exported };
}
