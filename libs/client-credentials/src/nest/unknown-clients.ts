import { Logger } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { clientNameOf } from './inject-token-client.decorator.js';

// Nest's metadata keys for injected parameters and properties of a class.
const PARAMETERS = 'self:paramtypes';
const PROPERTIES = 'self:properties_metadata';

/**
 * Logs the names of all clients, and an error for each injected name that is unknown, before Nest resolves providers.
 *
 * Nest's own error about an unknown client cannot list the known names.
 */
export function announceClients(modules: ModulesContainer): void {
  const logger = new Logger('ClientCredentialsModule');
  const { known, injected } = namesIn(modules);
  const list = [...known].toSorted().join(', ') || 'none';
  logger.log(`Token clients: ${list}`);
  for (const [name, className] of injected) {
    if (known.has(name)) continue;
    logger.error(
      `${className} injects the token client "${name}", which is not registered. Use one of: ${list}`,
    );
  }
}

function namesIn(modules: ModulesContainer): { known: Set<string>; injected: Map<string, string> } {
  const known = new Set<string>();
  const injected = new Map<string, string>();
  for (const module of modules.values()) {
    for (const token of module.providers.keys()) {
      const name = clientNameOf(token);
      if (name !== undefined) known.add(name);
    }
    for (const { metatype } of [...module.providers.values(), ...module.controllers.values()]) {
      if (typeof metatype !== 'function') continue;
      for (const name of namesInjectedInto(metatype)) injected.set(name, metatype.name);
    }
  }
  return { known, injected };
}

function namesInjectedInto(metatype: object): string[] {
  const parameters = metadata(PARAMETERS, metatype).map(({ param }) => param);
  const properties = metadata(PROPERTIES, metatype).map(({ type }) => type);
  return [...parameters, ...properties].map(clientNameOf).filter((name) => name !== undefined);
}

function metadata(key: string, metatype: object): { param?: unknown; type?: unknown }[] {
  const found: unknown = Reflect.getMetadata(key, metatype);
  return Array.isArray(found) ? found : [];
}
