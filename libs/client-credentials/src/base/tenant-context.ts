import { AsyncLocalStorage } from 'node:async_hooks';

/** The tenant of an asynchronous context. */
interface TenantScope {
  readonly tenant: string | undefined;
}

// One storage per process: two copies of this package, or its two builds, must see the same tenant.
const STORAGE = Symbol.for('nestjs-client-credentials.tenant-context');
const shared: typeof globalThis & { [STORAGE]?: AsyncLocalStorage<TenantScope> } = globalThis;
const storage = (shared[STORAGE] ??= new AsyncLocalStorage<TenantScope>());

/**
 * Runs work in the context of a tenant: every call within it uses this tenant, unless the call names its own.
 *
 * For queues and scheduled work. For incoming requests, use `tenantContext` of `/express`.
 *
 * @param tenant - id of the tenant; `undefined` runs the work without a tenant, even inside another context
 * @returns the result of the work
 * @example
 * ```ts
 * await runWithTenant(job.tenant, () => archive(job.document));
 * ```
 */
export function runWithTenant<T>(tenant: string | undefined, work: () => T): T {
  // Avoids the storage without tenants: before Node 24, its first use slows down every promise of the process.
  if (tenant === currentTenant()) return work();
  return storage.run({ tenant }, work);
}

/**
 * Returns the tenant of the current context, or `undefined`.
 *
 * Needed where the context ends, such as for a job that is put into a queue.
 *
 * @example
 * ```ts
 * await queue.add('archive', { tenant: currentTenant(), document });
 * ```
 */
export function currentTenant(): string | undefined {
  return storage.getStore()?.tenant;
}

/** Token request for a tenant. A value that is no string becomes `''`, which fails; the context's tenant must not be used. */
export function requestOfTenant(tenant: unknown): { tenant: string } {
  return { tenant: typeof tenant === 'string' ? tenant : '' };
}
