import { runWithTenant } from '../base/tenant-context.js';
import { errorForNext, type Middleware } from './middleware.js';

/**
 * Middleware that runs the handling of a request in the context of the request's tenant.
 *
 * Every outbound call made during the request, or by work that outlives the request, uses this tenant, unless the call
 * names its own. The middleware belongs before body parsers: listeners of the request then run in the context too. Of
 * two such middlewares for one request, the later one counts.
 *
 * @param tenantOf - returns the id of the request's tenant, from a verified session or token, never from an unverified
 * header. With `undefined`, calls to providers with tenants fail with `tenant_required`. A thrown error goes to `next`.
 * @example
 * ```ts
 * app.use(tenantContext((request) => (request as AuthedRequest).auth.organisation));
 * ```
 */
export function tenantContext<Request extends object>(
  tenantOf: (request: Request) => string | undefined | Promise<string | undefined>,
): Middleware<Request> {
  return (request, response, next) => {
    const enter = (tenant: string | undefined): void => {
      for (const emitter of [request, response]) keepContext(emitter, tenant);
      runWithTenant(tenant, next);
    };
    const enterLate = async (late: PromiseLike<string | undefined>): Promise<void> => {
      let tenant: string | undefined;
      try {
        tenant = await late;
      } catch (error) {
        next(errorForNext(error));
        return;
      }
      enter(tenant);
    };
    let tenant: string | undefined | PromiseLike<string | undefined>;
    try {
      tenant = tenantOf(request);
    } catch (error) {
      next(errorForNext(error));
      return;
    }
    if (isPromise(tenant)) void enterLate(tenant);
    else enter(tenant);
  };
}

/** An event emitter, and the tenant context that its listeners run in. */
interface Emitter {
  readonly emit: (this: unknown, ...event: unknown[]) => unknown;
  [CONTEXT]?: { tenant: string | undefined };
}

// Property of the emitter under a global symbol, so that every copy of this package finds the context.
const CONTEXT = Symbol.for('nestjs-client-credentials.emitter-context');

/**
 * Makes listeners of a request or response run in the tenant's context, instead of the connection's.
 *
 * The context thus survives where a body is read by events, as by Fastify and multer.
 */
function keepContext(emitter: unknown, tenant: string | undefined): void {
  if (!isEmitter(emitter)) return;
  const known = emitter[CONTEXT];
  if (known !== undefined) {
    known.tenant = tenant;
    return;
  }
  const context = { tenant };
  const { emit } = emitter;
  const emitInContext = (...event: unknown[]): unknown =>
    runWithTenant(context.tenant, () => emit.apply(emitter, event));
  Object.defineProperty(emitter, CONTEXT, { value: context });
  Object.defineProperty(emitter, 'emit', { value: emitInContext, configurable: true, writable: true });
}

function isEmitter(value: unknown): value is Emitter {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'emit') === 'function';
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
