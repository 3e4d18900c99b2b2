import { isDeepStrictEqual } from 'node:util';
import { asObject, isPlainObject, withoutUndefined } from '../../base/objects.js';
import type { RuleProblem } from '../../config/credential-rules.js';
import { layerOptions } from '../../config/layered-options.js';
import type { TenantProviderConfig } from '../../config/options.js';

/** Options that say the same in different ways: a tenant that names one of them does without the provider's others. */
const ALTERNATIVES = [
  ['tokenUrl', 'issuer'],
  ['clientSecret', 'privateKey', 'clientAssertion'],
] as const;

/** Options of `api` that are at work before it is known whose call it is, or after. */
const OF_THE_INSTANCE = ['adapter', 'transformRequest', 'transformResponse'] as const;

/** What is wrong with an answer of `tenants` as such. What the options say is checked once they are laid over the provider's. */
export function layerProblems({ api }: TenantProviderConfig, layer: unknown): RuleProblem[] {
  // An instance of a class may have its options where they are not seen, and would then be taken for one without any.
  if (!isPlainObject(layer)) {
    const what = 'must return a plain object of options, such as { clientId: row.clientId }, or undefined';
    return [['tenants', `${what} where there is no such tenant`]];
  }
  const own = asObject(asObject(layer)['api']);
  const shared = asObject(api);
  const differs = (name: string): boolean =>
    own[name] !== undefined && !isDeepStrictEqual(own[name], shared[name]);
  return OF_THE_INSTANCE.filter(differs).map((name) => [
    `api.${name}`,
    'is the same for all tenants: set it beside tenants, not in what it returns',
  ]);
}

/** A tenant's whole configuration: its own options laid over the provider's. The result is not validated yet. */
export function tenantConfigOf(
  { tenants: _tenants, tenantCache: _tenantCache, ...provider }: TenantProviderConfig,
  tenant: object,
): object {
  const own = withoutUndefined(tenant);
  const shared: Record<string, unknown> = { ...provider };
  for (const alternatives of ALTERNATIVES) {
    if (alternatives.some((name) => name in own)) for (const name of alternatives) delete shared[name];
  }
  return layerOptions(shared, own);
}
