import { Logger } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { clientNameOf } from './inject-token-client.decorator.js';

// Where Nest keeps what a class asked for by name.
const PARAMETERS = 'self:paramtypes';
const PROPERTIES = 'self:properties_metadata';

/**
 * Names the clients in the log before anything is injected, and those that are asked for but that nobody registered: Nest's own error
 * about the first of these cannot say which there are.
 */
export function announceClients(modules: ModulesContainer): void {
  const logger = new Logger('ClientCredentialsModule');
  const { known, wanted } = survey(modules);
  const list = [...known].toSorted().join(', ') || 'none';
  logger.log(`Token clients: ${list}`);
  for (const [name, by] of wanted) {
    if (known.has(name)) continue;
    logger.error(`No token client is called "${name}", which ${by} asks for; known are: ${list}`);
  }
}

function survey(modules: ModulesContainer): { known: Set<string>; wanted: Map<string, string> } {
  const known = new Set<string>();
  const wanted = new Map<string, string>();
  for (const module of modules.values()) {
    for (const token of module.providers.keys()) {
      const name = clientNameOf(token);
      if (name !== undefined) known.add(name);
    }
    for (const { metatype } of [...module.providers.values(), ...module.controllers.values()]) {
      if (typeof metatype !== 'function') continue;
      for (const name of namesAskedBy(metatype)) wanted.set(name, metatype.name);
    }
  }
  return { known, wanted };
}

function namesAskedBy(metatype: object): string[] {
  const parameters = metadata(PARAMETERS, metatype).map(({ param }) => param);
  const properties = metadata(PROPERTIES, metatype).map(({ type }) => type);
  return [...parameters, ...properties].map(clientNameOf).filter((name) => name !== undefined);
}

function metadata(key: string, metatype: object): { param?: unknown; type?: unknown }[] {
  const found: unknown = Reflect.getMetadata(key, metatype);
  return Array.isArray(found) ? found : [];
}
