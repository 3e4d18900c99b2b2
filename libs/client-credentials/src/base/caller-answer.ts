import { ClientCredentialsError, type ClientCredentialsErrorCode } from './errors.js';

/** The answer that an application gives its own caller where it could not get a token. */
export interface CallerAnswer {
  readonly status: 502 | 503;
  readonly headers: Readonly<Record<string, string>>;
  /** Nothing of the provider's words. */
  readonly body: { readonly statusCode: 502 | 503; readonly message: string };
}

/** Faults of the application itself: its framework answers them like any other error. */
const OWN_FAULTS: ReadonlySet<ClientCredentialsErrorCode> = new Set([
  'invalid_configuration',
  'unknown_provider',
  'tenant_required',
  'unknown_tenant',
]);
const MESSAGES = { 502: 'Bad Gateway', 503: 'Service Unavailable' } as const;

/**
 * The answer for an error: 503 where the same request may succeed later, with `Retry-After` where the time is known, else 502.
 * `undefined` for errors of others and for the application's own faults.
 *
 * @param error - a `ClientCredentialsError`, or an error that has one as its cause: the API refused the token, and no other could be had
 * @param now - epoch milliseconds
 */
export function callerAnswerOf(error: unknown, now: number = Date.now()): CallerAnswer | undefined {
  const failure = failureIn(error);
  if (failure === undefined || OWN_FAULTS.has(failure.code)) return undefined;
  const { code, retryable, retryAt } = failure;
  const isTemporary = retryable || code === 'closed' || code === 'issuance_limit_reached';
  const status = isTemporary ? 503 : 502;
  const afterSeconds = retryAt === undefined ? undefined : Math.max(Math.ceil((retryAt - now) / 1000), 1);
  return {
    status,
    headers: isTemporary && afterSeconds !== undefined ? { 'retry-after': String(afterSeconds) } : {},
    body: { statusCode: status, message: MESSAGES[status] },
  };
}

function failureIn(error: unknown): ClientCredentialsError | undefined {
  if (error instanceof ClientCredentialsError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof ClientCredentialsError ? cause : undefined;
}
