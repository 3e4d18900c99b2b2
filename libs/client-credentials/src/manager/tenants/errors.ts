import { ClientCredentialsError } from '../../base/errors.js';

/** The error of a call that is to be made for nobody in particular. */
export function tenantRequired(provider: string): ClientCredentialsError {
  return new ClientCredentialsError(
    `"${provider}" has a token for each tenant, and none is named. Name it with forTenant, clientCredentials: { tenant }, tenantContext or runWithTenant: an id that is not empty.`,
    { code: 'tenant_required', provider },
  );
}

/** The error of a tenant that `tenants` does not know. */
export function unknownTenant(provider: string, tenant: string): ClientCredentialsError {
  return new ClientCredentialsError(
    `"${provider}" has no tenant ${JSON.stringify(tenant)}. Check the id, and that the tenants option of the provider returns what is known of it.`,
    { code: 'unknown_tenant', provider, tenant },
  );
}

/** The error of a tenant that may or may not exist, since `tenants` failed. */
export function tenantUnavailable(provider: string, tenant: string, thrown: unknown): ClientCredentialsError {
  const cause = thrown instanceof Error ? thrown : new Error(`A ${typeof thrown} was thrown.`);
  return new ClientCredentialsError(
    `What is configured for tenant ${JSON.stringify(tenant)} of "${provider}" could not be had. See the cause: it is what the tenants option failed with; the next call asks it again.`,
    { code: 'tenant_unavailable', provider, tenant, retryable: true, cause },
  );
}

/** Why `tenants` is not waited for any longer. */
export function resolverTimedOut(timeoutMs: number): Error {
  return new Error(`The tenants option did not answer within ${timeoutMs} ms (tokenRequest.timeoutMs).`);
}
