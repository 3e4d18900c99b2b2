import { invalidConfiguration } from '../base/errors.js';
import { asObject, isObject } from '../base/objects.js';
import type { Check } from './checks.js';
import type { RuleProblem } from './credential-rules.js';
import type { AnyProviderConfig, ClientCredentialsOptions, ProviderConfig } from './options.js';
import { contentProblems, ruleProblems } from './rules.js';
import { optionsSchema, providerSchema, tenantProviderSchema } from './schema.js';

/**
 * Checks all options of a manager.
 *
 * @throws `ClientCredentialsError` `invalid_configuration`, whose message lists every problem by path, never by value
 */
export function validateOptions(candidate: ClientCredentialsOptions): void {
  const problems = problemsOf(optionsSchema, candidate, []);
  const providers = Object.entries(asObject(candidate?.providers));
  for (const [name, config] of providers) problems.push(...problemsOfProvider(name, config));
  if (Array.isArray(candidate?.warmUp)) {
    const known = new Set(providers.map(([name]) => name));
    for (const name of candidate.warmUp.filter((each) => !known.has(each))) {
      problems.push(
        `warmUp: no provider is called "${name}"; use one of: ${[...known].join(', ') || 'none'}`,
      );
    }
  }
  if (problems.length > 0) throw invalidConfiguration(problems);
}

/** Checks one provider that is added after the manager was built. */
export function validateProvider(name: string, candidate: AnyProviderConfig): void {
  const problems = problemsOfProvider(name, candidate);
  if (problems.length > 0) throw invalidConfiguration(problems, name);
}

/**
 * Checks a tenant's configuration: the provider's options with the tenant's options laid over them.
 *
 * @param known - problems found before the layers were merged
 */
export function validateTenant(
  name: string,
  tenant: string,
  candidate: object | undefined,
  known: readonly RuleProblem[],
): asserts candidate is ProviderConfig {
  const problems = [
    ...known.map(([key, problem]) => `providers.${name}.${key}: ${problem}`),
    ...(candidate === undefined ? [] : problemsOfClient(name, candidate)),
  ];
  if (problems.length > 0) throw invalidConfiguration(problems, name, tenant);
}

function problemsOfProvider(name: string, candidate: unknown): string[] {
  const hasTenants = isObject(candidate) && candidate['tenants'] !== undefined;
  return hasTenants
    ? problemsBy(tenantProviderSchema, contentProblems, name, candidate)
    : problemsOfClient(name, candidate);
}

function problemsOfClient(name: string, candidate: unknown): string[] {
  return problemsBy(providerSchema, ruleProblems, name, candidate);
}

function problemsBy(
  check: Check,
  rulesOf: (config: Partial<ProviderConfig>) => RuleProblem[],
  name: string,
  candidate: unknown,
): string[] {
  const path = ['providers', name];
  const problems = problemsOf(check, candidate, path);
  const rules = isObject(candidate) ? rulesOf(candidate) : [];
  return [...problems, ...rules.map(([key, problem]) => `${[...path, key].join('.')}: ${problem}`)];
}

function problemsOf(check: Check, candidate: unknown, path: string[]): string[] {
  return check(candidate).map((problem) => {
    const where = [...path, ...problem.path].join('.') || 'options';
    return `${where}: ${problem.message}`;
  });
}
