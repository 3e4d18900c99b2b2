import { isDeepStrictEqual } from 'node:util';
import { asObject, isPlainObject, withoutUndefined } from '../../base/objects.js';
import type { RuleProblem } from '../../config/credential-rules.js';
import { layerOptions } from '../../config/layered-options.js';
import type { TenantProviderConfig } from '../../config/options.js';

/** Groups of alternative options: one option of a tenant replaces the provider's whole group. With a grant the key is no alternative. */
function alternativesOf(grant: unknown): readonly (readonly string[])[] {
  const credentials = ['clientSecret', 'clientAssertion'];
  return [['tokenUrl', 'issuer'], grant === undefined ? [...credentials, 'privateKey'] : credentials];
}

/** Options of `api` that axios uses where the tenant is unknown, so that tenants cannot differ in them. */
const OF_THE_INSTANCE = ['adapter', 'transformRequest', 'transformResponse'] as const;

/** Problems of the result of `tenants` itself. The options are checked after the merge with the provider's options. */
export function layerProblems({ api }: TenantProviderConfig, layer: unknown): RuleProblem[] {
  // A class instance may keep its options in accessors, which a copy would lose.
  if (!isPlainObject(layer)) {
    const what = 'must return a plain object of options, such as { clientId: row.clientId }, or undefined';
    return [['tenants', `${what} for an unknown tenant`]];
  }
  const own = asObject(asObject(layer)['api']);
  const shared = asObject(api);
  const differs = (name: string): boolean =>
    own[name] !== undefined && !isDeepStrictEqual(own[name], shared[name]);
  return OF_THE_INSTANCE.filter(differs).map((name) => [
    `api.${name}`,
    'must be equal for all tenants: set the option beside tenants, not in the result of tenants',
  ]);
}

/** Merges a tenant's options over the provider's options. The result is not validated yet. */
export function tenantConfigOf(
  { tenants: _tenants, tenantCache: _tenantCache, ...provider }: TenantProviderConfig,
  tenant: object,
): object {
  const own = withoutUndefined(tenant);
  const shared: Record<string, unknown> = { ...provider };
  for (const alternatives of alternativesOf(asObject(own)['grant'] ?? provider.grant)) {
    if (alternatives.some((name) => name in own)) for (const name of alternatives) delete shared[name];
  }
  return layerOptions(shared, own);
}
