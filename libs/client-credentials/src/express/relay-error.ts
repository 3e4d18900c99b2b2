import { ClientCredentialsError } from '../base/errors.js';

/**
 * The error of a request that could not be given a token, as it is handed to `next`: a 502, or a 503 with `Retry-After` where the same
 * request may succeed later. Its message is fit for the caller; the operator finds in `cause` what went wrong.
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
