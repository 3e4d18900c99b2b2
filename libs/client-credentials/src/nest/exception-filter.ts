import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { callerAnswerOf } from '../base/caller-answer.js';

/**
 * Answers an application's own caller where no token could be had: 503 where the same request may succeed later, with `Retry-After` where
 * the time is known, else 502. Nothing of the provider's words is in the answer. Any other error, and the application's own faults
 * (`invalid_configuration`, `unknown_provider`, `tenant_required`, `unknown_tenant`), are left to Nest.
 *
 * @example
 * ```ts
 * providers: [{ provide: APP_FILTER, useClass: ClientCredentialsExceptionFilter }]
 * ```
 */
@Catch()
export class ClientCredentialsExceptionFilter extends BaseExceptionFilter implements ExceptionFilter {
  readonly #host: HttpAdapterHost;

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    super();
    this.#host = host;
    // Read by the base class when it answers; by then there is an adapter.
    Reflect.set(this, 'httpAdapterHost', host);
  }

  /** Answers, or leaves the error to Nest. */
  override catch(exception: unknown, host: ArgumentsHost): void {
    // GraphQL, microservices and sockets answer errors in their own ways.
    if (host.getType() !== 'http') throw exception;
    const { httpAdapter } = this.#host;
    const response: unknown = host.switchToHttp().getResponse();
    const answer = callerAnswerOf(exception);
    if (answer === undefined || httpAdapter.isHeadersSent(response)) {
      super.catch(exception, host);
      return;
    }
    for (const [name, value] of Object.entries(answer.headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, answer.body, answer.status);
  }
}
