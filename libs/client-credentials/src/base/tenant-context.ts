import { AsyncLocalStorage } from 'node:async_hooks';

/** The tenant of the work that is being done, if it has one. */
interface TenantScope {
  readonly tenant: string | undefined;
}

// One for the process: two copies of this package in it, or its two builds, must see the same tenant.
const STORAGE = Symbol.for('nestjs-client-credentials.tenant-context');

/**
 * Does some work for a tenant: every call that it makes, however deep and however late, uses that tenant unless the call names
 * its own. For queues and scheduled work; where a request comes in, `tenantContext` does it.
 *
 * @param tenant - the tenant's id; `undefined` for work that is nobody's, whatever is around it
 * @returns what the work returns
 * @example
 * ```ts
 * await runWithTenant(job.tenant, () => archive(job.document));
 * ```
 */
export function runWithTenant<T>(tenant: string | undefined, work: () => T): T {
  // A process that has no tenants must not pay for them: once a storage is used, every promise of a process takes longer, before Node 24.
  if (tenant === currentTenant()) return work();
  return storage().run({ tenant }, work);
}

/**
 * The tenant of the work that is being done, `undefined` if it has none. To hand it on where the context ends: with a job that is
 * put into a queue, for instance.
 *
 * @example
 * ```ts
 * await queue.add('archive', { tenant: currentTenant(), document });
 * ```
 */
export function currentTenant(): string | undefined {
  return storage().getStore()?.tenant;
}

/** What a call for this tenant asks for. What is no id must not be overlooked, since the context may have another tenant. */
export function requestOfTenant(tenant: unknown): { tenant: string } {
  return { tenant: typeof tenant === 'string' ? tenant : '' };
}

function storage(): AsyncLocalStorage<TenantScope> {
  const shared: typeof globalThis & { [STORAGE]?: AsyncLocalStorage<TenantScope> } = globalThis;
  shared[STORAGE] ??= new AsyncLocalStorage<TenantScope>();
  return shared[STORAGE];
}
