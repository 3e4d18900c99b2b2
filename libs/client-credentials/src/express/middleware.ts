/** What goes on to the next handler, or to the handlers of errors. */
export type Next = (error?: unknown) => void;

/** A middleware as Express, Connect and Nest know it, with whatever they take for a request and a response. */
export type Middleware<Request, Response = unknown> = (
  request: Request,
  response: Response,
  next: Next,
) => void;

/**
 * What was thrown, as an error for `next`. Nothing at all would mean that all is well, and a text may be a command to the router:
 * then the request would go on without what this middleware is for.
 */
export function handedOn(thrown: unknown): object {
  if (typeof thrown === 'object' && thrown !== null) return thrown;
  return new Error(`A middleware failed with no error, but this: ${String(thrown)}`, { cause: thrown });
}
