import { ClientCredentialsError } from '../../base/errors.js';

/** Error for a call without a tenant. */
export function tenantRequired(provider: string): ClientCredentialsError {
  return new ClientCredentialsError(
    `"${provider}" has tenants, and the call names none. Name the tenant by a non-empty id with forTenant, clientCredentials: { tenant }, tenantContext or runWithTenant.`,
    { code: 'tenant_required', provider },
  );
}

/** Error for a tenant for which `tenants` returned `undefined`. */
export function unknownTenant(provider: string, tenant: string): ClientCredentialsError {
  return new ClientCredentialsError(
    `"${provider}" has no tenant ${JSON.stringify(tenant)}. Check the id, and that the provider's tenants option returns this tenant's options.`,
    { code: 'unknown_tenant', provider, tenant },
  );
}

/** Error for a tenant for which `tenants` failed. */
export function tenantUnavailable(provider: string, tenant: string, thrown: unknown): ClientCredentialsError {
  const cause = thrown instanceof Error ? thrown : new Error(`A ${typeof thrown} was thrown.`);
  return new ClientCredentialsError(
    `The options of tenant ${JSON.stringify(tenant)} of "${provider}" could not be read. See the cause, which is the error of the tenants option; the next call tries again.`,
    { code: 'tenant_unavailable', provider, tenant, retryable: true, cause },
  );
}

/** Error for a `tenants` function that exceeded its deadline. */
export function resolverTimedOut(timeoutMs: number): Error {
  return new Error(
    `The tenants option returned nothing within ${timeoutMs} ms. Make the function faster, or raise tokenRequest.timeoutMs.`,
  );
}
