import { asObject, plainCopyOf } from '../base/objects.js';
import { Shutdown } from '../base/shutdown.js';
import type { AnyProviderConfig, ProviderConfig, TenantsOnlyConfig } from '../config/options.js';
import { validateProvider, validateTenant } from '../config/validate.js';
import { layerProblems, tenantConfigOf } from '../manager/tenants/config.js';
import { unknownTenant } from '../manager/tenants/errors.js';
import { callResolver } from '../manager/tenants/resolver.js';
import type { Candidate } from './candidate.js';

/** The options of one client. */
export interface ClientConfig {
  readonly name: string;
  readonly config: ProviderConfig;
  /** The tenant, of a provider with tenants. */
  readonly tenant: string | undefined;
}

/**
 * The checked options of a provider's client, or of its tenant's; `'tenant missing'` if the provider has tenants and none is named.
 *
 * @throws `ClientCredentialsError` if the options are wrong, or the tenant's cannot be had
 */
export async function clientConfigOf(
  { name, read }: Candidate,
  tenant: string | undefined,
): Promise<ClientConfig | 'tenant missing'> {
  const given: unknown = read();
  takeAsConfig(given);
  validateProvider(name, given);
  const config = plainCopyOf(given);
  if (!hasTenants(config)) return { name, config, tenant: undefined };
  if (tenant === undefined) return 'tenant missing';
  const layer = await callResolver(name, tenant, config, { shutdown: new Shutdown() });
  if (layer === undefined || layer === null || layer === false) throw unknownTenant(name, tenant);
  const problems = layerProblems(config, layer);
  const merged: object | undefined =
    problems.length === 0 ? tenantConfigOf(config, asObject(layer)) : undefined;
  validateTenant(name, tenant, merged, problems);
  return { name, config: merged, tenant };
}

function hasTenants(config: AnyProviderConfig): config is TenantsOnlyConfig {
  return config.tenants !== undefined;
}

/** Takes options for what they should be, so that the library's own check can judge them. */
function takeAsConfig(given: unknown): asserts given is AnyProviderConfig {
  void given;
}
