/**
 * What went wrong, for a program to decide on.
 *
 * - `invalid_configuration`: options are wrong; the message lists every problem.
 * - `unknown_provider`: no provider of that name; the message lists the known ones.
 * - `tenant_required`: the provider has tenants, and neither the call nor its context names one.
 * - `unknown_tenant`: the provider's `tenants` knows no such tenant.
 * - `tenant_unavailable`: `tenants` failed or did not answer; its error is the cause.
 * - `token_request_rejected`: the token endpoint answered with an error (RFC 6749 §5.2).
 * - `token_endpoint_unavailable`: no answer, or only 408, 425, 429 and 5xx, after all attempts.
 * - `invalid_token_response`: an answer that holds no usable token.
 * - `issuance_limit_reached`: the budget of token requests is spent.
 * - `closed`: the manager was closed.
 */
export type ClientCredentialsErrorCode =
  | 'invalid_configuration'
  | 'unknown_provider'
  | 'tenant_required'
  | 'unknown_tenant'
  | 'tenant_unavailable'
  | 'token_request_rejected'
  | 'token_endpoint_unavailable'
  | 'invalid_token_response'
  | 'issuance_limit_reached'
  | 'closed';

/** What a {@link ClientCredentialsError} is made of beside its message. */
export interface ClientCredentialsErrorDetails {
  code: ClientCredentialsErrorCode;
  provider?: string | undefined;
  tenant?: string | undefined;
  retryable?: boolean | undefined;
  retryAt?: number | undefined;
  status?: number | undefined;
  oauthError?: string | undefined;
  oauthErrorDescription?: string | undefined;
  cause?: Error | undefined;
}

const BRAND = Symbol.for('nestjs-client-credentials.error');

/**
 * The one error that this library throws. Tell its kinds apart by `code`. Neither it nor its cause ever holds a
 * secret or a token. `instanceof` works across copies of the package in one process.
 *
 * @example
 * ```ts
 * try {
 *   await tokens.source('billing').getToken();
 * } catch (error) {
 *   if (error instanceof ClientCredentialsError && error.retryable) return scheduleAgain(error.retryAt);
 *   throw error;
 * }
 * ```
 */
export class ClientCredentialsError extends Error {
  /** The kind of error. */
  readonly code: ClientCredentialsErrorCode;
  /** The provider's name, where there is one. */
  readonly provider: string | undefined;
  /** The tenant's id, where there is one. */
  declare readonly tenant?: string;
  /** Whether the same call may succeed later, without any change. */
  readonly retryable: boolean;
  /** Epoch milliseconds before which another attempt is pointless. */
  declare readonly retryAt?: number;
  /** The status of the token endpoint's answer. */
  declare readonly status?: number;
  /** The token endpoint's error code (RFC 6749 §5.2, or what the provider sends in its place). */
  declare readonly oauthError?: string;
  /** The token endpoint's description of the error. */
  declare readonly oauthErrorDescription?: string;

  constructor(message: string, details: ClientCredentialsErrorDetails) {
    const { code, provider, retryable = false, cause, ...answer } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ClientCredentialsError';
    this.code = code;
    this.provider = provider;
    this.retryable = retryable;
    for (const [name, value] of Object.entries(answer)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
    Object.defineProperty(this, BRAND, { value: true });
    // Many callers get the same error, and axios adds each one's stack to it.
    const { stack } = this;
    Object.defineProperty(this, 'stack', { get: () => stack, set: ignored, configurable: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass is told by its prototype, as usual.
    if (this !== ClientCredentialsError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** The error of a provider name that nobody registered. */
export function unknownProvider(name: string, known: Iterable<string>): ClientCredentialsError {
  const names = [...known].toSorted().join(', ');
  return new ClientCredentialsError(
    `No provider is called "${name}". ${names === '' ? 'None is registered: add it to the providers.' : `Use one of those registered (${names}), or add it to the providers.`}`,
    { code: 'unknown_provider', provider: name },
  );
}

/**
 * The error of a token request that failed with something else: a function of the configuration failed on the answer.
 * What it threw is not kept, since it may quote the token.
 */
export function answerFunctionFailed(provider: string, thrown: unknown): ClientCredentialsError {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new ClientCredentialsError(
    `A function failed on the answer to the token request of "${provider}" (${name}). See dialect.response.isError and dialect.authorization.format.`,
    { code: 'invalid_token_response', provider },
  );
}

/** The error that lists everything that is wrong with a configuration. */
export function invalidConfiguration(
  problems: readonly string[],
  provider?: string,
  tenant?: string,
): ClientCredentialsError {
  const whose = tenant === undefined ? '' : ` of tenant ${JSON.stringify(tenant)}`;
  const list = problems.map((problem) => `\n  - ${problem}`).join('');
  return new ClientCredentialsError(
    `The client credentials configuration${whose} has ${problems.length} problem${problems.length === 1 ? '' : 's'}:${list}`,
    { code: 'invalid_configuration', provider, tenant },
  );
}

/** The error of everything that is asked of a manager once it is closed. */
export function closed(provider: string): ClientCredentialsError {
  const message = 'The token manager was closed. Close it only when no call is made any more.';
  return new ClientCredentialsError(message, { code: 'closed', provider });
}

/** The error of a token request that must not be made, since there were as many as there may be. */
export function issuanceLimitReached(
  provider: string,
  { limit, windowSeconds }: { limit: number; windowSeconds: number },
  retryAt: number,
): ClientCredentialsError {
  return new ClientCredentialsError(
    `"${provider}" was asked for ${limit} tokens within ${windowSeconds} s, which is all that issuance allows. The next may be asked for at ${new Date(retryAt).toISOString()}: find out who needs so many, or raise the limit.`,
    { code: 'issuance_limit_reached', provider, retryable: true, retryAt },
  );
}

/** The error of a token that had no time left when it came. */
export function expiredOnArrival(provider: string): ClientCredentialsError {
  return new ClientCredentialsError(
    `The token of "${provider}" had ended before it arrived. Check the lifetime that the provider gives, and lifetime.defaultSeconds.`,
    { code: 'invalid_token_response', provider, retryable: true },
  );
}

/** The same error, as that of a tenant. */
export function ofTenant(error: ClientCredentialsError, tenant: string | undefined): ClientCredentialsError {
  if (tenant === undefined || error.tenant !== undefined) return error;
  const { code, provider, retryable, retryAt, status, oauthError, oauthErrorDescription } = error;
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const answer = { retryAt, status, oauthError, oauthErrorDescription };
  return new ClientCredentialsError(`${error.message} (Tenant ${JSON.stringify(tenant)}.)`, {
    code,
    provider,
    tenant,
    retryable,
    cause,
    ...answer,
  });
}

function ignored(): void {}
