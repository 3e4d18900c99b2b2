import { callerAnswerOf } from '../base/caller-answer.js';
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
export class TokenRelayError extends Error {
  override readonly name = 'TokenRelayError';
  /** The reason why no token could be had. */
  declare readonly cause: ClientCredentialsError;
  /** The status of the answer: 502 or 503. That of the token endpoint is in the cause. */
  readonly status: 502 | 503;
  /** The same, by the other name that frameworks look for. */
  readonly statusCode: 502 | 503;
  /** That the message is not part of the answer, where frameworks ask: the status says enough. */
  readonly expose = false;
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  /** @param now - epoch milliseconds */
  constructor(cause: ClientCredentialsError, now: number = Date.now()) {
    const { code, provider } = cause;
    const { status, headers } = callerAnswerOf(cause, now) ?? { status: 502, headers: {} };
    const name = provider === undefined ? '' : ` "${provider}"`;
    const advice =
      status === 503 ? 'Try again later.' : 'The operator finds the reason in the cause of this error.';
    super(`No token for the upstream service${name} could be had (${code}). ${advice}`, { cause });
    this.status = status;
    this.statusCode = status;
    this.headers = headers;
  }
}

/** Error for a token that a dialect puts into the query. */
export function shownInQuery(provider: string): ClientCredentialsError {
  return new ClientCredentialsError(
    `The relay cannot send the token of "${provider}" in the query (dialect.authorization.query), because a proxy shows URLs in errors and logs. Use authorizeAxios or authorizeFetch, or configure dialect.authorization.header.`,
    { code: 'invalid_configuration', provider },
  );
}

/** Error for a function of `tokenRelay` that returned no source. */
export function noSource(): ClientCredentialsError {
  return new ClientCredentialsError(
    'The function given to tokenRelay returned no source for a request. Return a source for every request, such as tokens.source(name).',
    { code: 'invalid_configuration' },
  );
}

/** Error for a token that is bound to a key. */
export function boundToKey(provider: string): ClientCredentialsError {
  return new ClientCredentialsError(
    `The relay cannot send the token of "${provider}", because each request needs its own DPoP proof (dpop), which only the sender can sign. Use authorizeAxios or authorizeFetch, or configure a provider without dpop.`,
    { code: 'invalid_configuration', provider },
  );
}
