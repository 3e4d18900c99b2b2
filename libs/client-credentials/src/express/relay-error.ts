import { ClientCredentialsError } from '../base/errors.js';

/**
 * The error that a relay passes to `next` if no token could be acquired: 502, or 503 if a later request may succeed.
 *
 * The message contains nothing secret and may be sent to the caller. The `cause` is for the operator.
 *
 * @example
 * ```ts
 * app.use((error, request, response, next) => {
 *   if (error instanceof TokenRelayError) logger.error(error.cause);
 *   next(error);
 * });
 * ```
 */
export class TokenRelayError extends ClientCredentialsError {
  /** The status of the answer: 502 or 503. That of the token endpoint is in the cause. */
  declare readonly status: 502 | 503;
  /** The same, by the other name that frameworks look for. */
  readonly statusCode: 502 | 503;
  /** That the message is not part of the answer, where frameworks ask: the status says enough. */
  readonly expose = false;
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  /** @param now - epoch milliseconds */
  constructor(cause: ClientCredentialsError, now: number = Date.now()) {
    const { code, provider, tenant, retryable, retryAt } = cause;
    const status = retryable || code === 'closed' ? 503 : 502;
    super(
      `No token for the upstream service${provider === undefined ? '' : ` "${provider}"`} could be had (${code}). ${
        status === 503 ? 'Try again later.' : 'The operator finds the reason in the cause of this error.'
      }`,
      { code, provider, tenant, retryable, retryAt, status, cause },
    );
    this.name = 'TokenRelayError';
    this.statusCode = status;
    const afterSeconds = retryAt === undefined ? undefined : Math.max(Math.ceil((retryAt - now) / 1000), 1);
    this.headers = status === 503 && afterSeconds !== undefined ? { 'retry-after': `${afterSeconds}` } : {};
  }
}
