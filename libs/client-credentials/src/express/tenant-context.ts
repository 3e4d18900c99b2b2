import { runWithTenant } from '../base/tenant-context.js';
import { handedOn, type Middleware } from './middleware.js';

/**
 * Makes every outbound call that is made while a request is handled, however deep and however late, use the tenant of that request. A call that names
 * its own tenant keeps it. Put it before what reads bodies: whatever listens to the request is in its context. Of two for one request the
 * later one counts.
 *
 * @param tenantOf - whose request it is. Take it from what was verified (a session, a token), not from what a caller may write as he likes.
 * `undefined`: nobody's; then calls of providers with tenants fail with `tenant_required`. What it throws goes to `next(error)`.
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
        next(handedOn(error));
        return;
      }
      enter(tenant);
    };
    let tenant: string | undefined | PromiseLike<string | undefined>;
    try {
      tenant = tenantOf(request);
    } catch (error) {
      next(handedOn(error));
      return;
    }
    if (isPromise(tenant)) void enterLate(tenant);
    else enter(tenant);
  };
}

/** What an emitter is in the context of. */
interface Emitter {
  readonly emit: (this: unknown, ...event: unknown[]) => unknown;
  [CONTEXT]?: { tenant: string | undefined };
}

// On the emitter itself, so that any copy of this package finds it.
const CONTEXT = Symbol.for('nestjs-client-credentials.emitter-context');

/**
 * Has listeners of a request's own events called in its context: they would be in that of the connection, which has no tenant.
 * So it stays where a body is read by events, as by Fastify and multer.
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
