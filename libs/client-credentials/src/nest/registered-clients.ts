import { Logger } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { invalidConfiguration } from '../base/errors.js';
import { clientNameOf } from './inject-token-client.decorator.js';

/**
 * Logs the names of all clients before Nest resolves providers: Nest's own error about an unknown client cannot list the known names.
 *
 * @param manager - the DI token that a root provides
 * @throws `ClientCredentialsError` `invalid_configuration` if there are two roots
 */
export function announceClients(modules: ModulesContainer, manager: symbol): void {
  const roots = [...modules.values()].filter(({ providers }) => providers.has(manager));
  if (roots.length > 1) {
    const lists = roots.map(({ providers }) => namesOf(providers.keys()).join(', ') || 'none');
    throw invalidConfiguration([
      `ClientCredentialsModule: forRoot or forRootAsync is imported ${roots.length} times, with the providers (${lists.join(') and (')}): keep one, and add the other providers by forFeature`,
    ]);
  }
  const known = new Set([...modules.values()].flatMap(({ providers }) => namesOf(providers.keys())));
  new Logger('ClientCredentialsModule').log(`Token clients: ${[...known].toSorted().join(', ') || 'none'}`);
}

function namesOf(tokens: Iterable<unknown>): string[] {
  return [...tokens].map(clientNameOf).filter((name) => name !== undefined);
}

/**
 * Compares the names that Nest was told with the names that the options define.
 *
 * @param method - the method of the module that was told the names
 * @throws `ClientCredentialsError` `invalid_configuration` if they differ
 */
export function requireNames(providers: unknown, listed: readonly string[], method: string): void {
  const defined = Object.keys(Object(providers));
  const missing = listed.filter((name) => !defined.includes(name));
  const surplus = defined.filter((name) => !listed.includes(name));
  const problems = [
    ...missing.map(
      (name) =>
        `providers.${name}: is missing from the options: define this provider, or remove its name from the providers of ${method}`,
    ),
    ...surplus.map(
      (name) => `providers.${name}: is missing from the providers of ${method}: add the name there`,
    ),
  ];
  if (problems.length > 0) throw invalidConfiguration(problems);
}
