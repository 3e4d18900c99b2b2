import { ServerResponse } from 'node:http';
import { callerAnswerOf } from '../base/caller-answer.js';
import type { Next } from './middleware.js';

/** An error middleware as Express knows it: last, after all routes. */
export type ErrorMiddleware = (error: unknown, request: unknown, response: unknown, next: Next) => void;

/** A reply of Fastify, as far as it is used. */
export interface FastifyReplyLike {
  /** Sets the status. */
  code(status: number): unknown;
  /** Sets headers. */
  headers(values: Record<string, string>): unknown;
  /** Sends the answer. */
  send(payload: unknown): unknown;
}

/**
 * Answers an application's own caller where no token could be had: 503 where the same request may succeed later, with `Retry-After` where
 * the time is known, else 502. Nothing of the provider's words is in the answer. Any other error, and the application's own faults
 * (`invalid_configuration`, `unknown_provider`, `tenant_required`, `unknown_tenant`), go to `next`.
 *
 * @example
 * ```ts
 * app.use(clientCredentialsErrorHandler());
 * ```
 */
export function clientCredentialsErrorHandler(): ErrorMiddleware {
  // Express tells an error middleware by its four parameters.
  return (error, _request, response, next) => {
    const answer = callerAnswerOf(error);
    if (answer === undefined || !(response instanceof ServerResponse) || response.headersSent) {
      next(error);
      return;
    }
    response.writeHead(answer.status, {
      ...answer.headers,
      'content-type': 'application/json; charset=utf-8',
    });
    response.end(JSON.stringify(answer.body));
  };
}

/**
 * The same for Fastify's `setErrorHandler`. Any other error is left to Fastify's own handler.
 *
 * @example
 * ```ts
 * app.setErrorHandler(fastifyClientCredentialsErrorHandler());
 * ```
 */
export function fastifyClientCredentialsErrorHandler(): (
  error: unknown,
  request: unknown,
  reply: FastifyReplyLike,
) => void {
  return (error, _request, reply) => {
    const answer = callerAnswerOf(error);
    if (answer === undefined) {
      reply.send(error);
      return;
    }
    reply.code(answer.status);
    reply.headers(answer.headers);
    reply.send(answer.body);
  };
}
