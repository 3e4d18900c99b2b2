/** Calls the next handler, or with an error the error handlers. */
export type Next = (error?: unknown) => void;

/** A middleware of Express, Connect or Nest, with the framework's own types of request and response. */
export type Middleware<Request, Response = unknown> = (
  request: Request,
  response: Response,
  next: Next,
) => void;

/**
 * Error for `next` from a thrown value.
 *
 * Frameworks take `undefined` as success and a string as a command to the router; the request would then continue
 * without the middleware's effect.
 */
export function errorForNext(thrown: unknown): object {
  if (typeof thrown === 'object' && thrown !== null) return thrown;
  return new Error(
    `A function given to a middleware threw a ${typeof thrown} instead of an error: ${String(thrown)}. Throw an Error.`,
    { cause: thrown },
  );
}
