import { Deadline } from '../../base/abort.js';
import { isObject, plainCopyOf } from '../../base/objects.js';
import type { Shutdown } from '../../base/shutdown.js';
import { runWithTenant } from '../../base/tenant-context.js';
import type { TenantProviderConfig } from '../../config/options.js';
import { resolverTimedOut, tenantUnavailable } from './errors.js';

const DEFAULT_TIMEOUT_MS = 10_000;

/** Calls the `tenants` option in the tenant's context, within the deadline. Returns a copy of the result. */
export async function callResolver(
  provider: string,
  tenant: string,
  { tenants, tokenRequest }: TenantProviderConfig,
  { shutdown }: { readonly shutdown: Shutdown },
): Promise<unknown> {
  const timeoutMs = tokenRequest?.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  // Keeps the process alive, because a caller always waits for the resolver.
  const deadline = new Deadline(timeoutMs, { reason: () => resolverTimedOut(timeoutMs), keepsAlive: true });
  try {
    const resolving = runWithTenant(tenant, async () => {
      // The flight must be registered first: `tenants` may itself ask for the same tenant.
      await Promise.resolve();
      const result: unknown = tenants(tenant);
      // Copied at once, because `tenants` may reuse one object for every tenant.
      return plainCopyOf(isThenable(result) ? await result : result);
    });
    return await shutdown.run(() => deadline.run(resolving));
  } catch (error) {
    if (shutdown.reason !== undefined) throw shutdown.reason;
    throw tenantUnavailable(provider, tenant, error);
  } finally {
    deadline.clear();
  }
}

/** Whether a value is a promise of any kind, such as the query of a database library. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof value['then'] === 'function';
}
