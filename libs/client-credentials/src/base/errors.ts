/**
 * Stable code of a {@link ClientCredentialsError}, for a program to decide on.
 *
 * - `invalid_configuration`: options are wrong; the message lists every problem.
 * - `unknown_provider`: no provider has this name; the message lists the known names.
 * - `tenant_required`: the provider has `tenants`, and neither the call nor its context names a tenant.
 * - `unknown_tenant`: the provider's `tenants` function returned `undefined`.
 * - `tenant_unavailable`: the `tenants` function failed or exceeded its deadline; its error is the cause.
 * - `token_request_rejected`: the token endpoint returned an error (RFC 6749 §5.2).
 * - `token_endpoint_unavailable`: no response, or only 408, 425, 429 and 5xx, after all attempts.
 * - `invalid_token_response`: the response has no usable token.
 * - `issuance_limit_reached`: the budget of token requests (`issuance`) is used up.
 * - `closed`: the manager is closed.
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

/** Properties of a {@link ClientCredentialsError} other than its message. */
export interface ClientCredentialsErrorDetails {
  code: ClientCredentialsErrorCode;
  provider?: string | undefined;
  tenant?: string | undefined;
  retryable?: boolean | undefined;
  retryAt?: number | undefined;
  endpointStatus?: number | undefined;
  oauthError?: string | undefined;
  oauthErrorDescription?: string | undefined;
  cause?: Error | undefined;
}

const BRAND = Symbol.for('nestjs-client-credentials.error');

/**
 * The error class of this library; `code` is the kind of error.
 *
 * Neither the error nor its cause contains a secret or a token. `instanceof` works across copies of the package in
 * one process.
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
  /** Name of the provider, if the error concerns one. */
  readonly provider: string | undefined;
  /** Id of the tenant, if the error concerns one. */
  declare readonly tenant?: string;
  /** Whether the same call may succeed later without a change of configuration. */
  readonly retryable: boolean;
  /** Epoch milliseconds before which another attempt cannot succeed. */
  declare readonly retryAt?: number;
  /** HTTP status of the token endpoint's response. Not `status`: frameworks answer with what has that name. */
  declare readonly endpointStatus?: number;
  /** Error code of the token endpoint (RFC 6749 §5.2), or the provider's own error code. */
  declare readonly oauthError?: string;
  /** Error description of the token endpoint. */
  declare readonly oauthErrorDescription?: string;

  constructor(message: string, details: ClientCredentialsErrorDetails) {
    const { code, provider, retryable = false, cause, ...optional } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ClientCredentialsError';
    this.code = code;
    this.provider = provider;
    this.retryable = retryable;
    for (const [name, value] of Object.entries(optional)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
    Object.defineProperty(this, BRAND, { value: true });
    // Many callers share one error; axios would append each caller's stack.
    const { stack } = this;
    Object.defineProperty(this, 'stack', { get: () => stack, set: ignoreAssignment, configurable: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass is recognised by its prototype, as usual.
    if (this !== ClientCredentialsError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** Error for the name of an unknown provider. */
export function unknownProvider(name: string, known: Iterable<string>): ClientCredentialsError {
  const names = [...known].toSorted().join(', ');
  return new ClientCredentialsError(
    `No provider is called "${name}". ${names === '' ? 'Add it to the providers option.' : `Use a registered name (${names}), or add it to the providers option.`}`,
    { code: 'unknown_provider', provider: name },
  );
}

/**
 * Error for a `dialect` function that threw on the response to a token request.
 *
 * The thrown error is dropped: its message may quote the token.
 */
export function answerFunctionFailed(provider: string, thrown: unknown): ClientCredentialsError {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new ClientCredentialsError(
    `A dialect function threw on the response to the token request of "${provider}" (${name}). Check dialect.response.isError and dialect.authorization.format.`,
    { code: 'invalid_token_response', provider },
  );
}

/** Error for a wrong configuration; its message lists every problem. */
export function invalidConfiguration(
  problems: readonly string[],
  provider?: string,
  tenant?: string,
): ClientCredentialsError {
  const ofWhom = tenant === undefined ? '' : ` of tenant ${JSON.stringify(tenant)}`;
  const list = problems.map((problem) => `\n  - ${problem}`).join('');
  return new ClientCredentialsError(
    `The client credentials configuration${ofWhom} has ${problems.length} problem${problems.length === 1 ? '' : 's'}:${list}`,
    { code: 'invalid_configuration', provider, tenant },
  );
}

/** Error for a call after the manager was closed. */
export function closed(provider: string): ClientCredentialsError {
  const message = 'The token manager is closed. Close it only after the last call.';
  return new ClientCredentialsError(message, { code: 'closed', provider });
}

/** Error for a token request beyond the budget. */
export function issuanceLimitReached(
  provider: string,
  { limit, windowSeconds }: { limit: number; windowSeconds: number },
  retryAt: number,
): ClientCredentialsError {
  return new ClientCredentialsError(
    `"${provider}" had ${limit} token requests within ${windowSeconds} s, the limit of issuance. The next one is allowed at ${new Date(retryAt).toISOString()}: find out which calls need so many tokens, or raise issuance.limit.`,
    { code: 'issuance_limit_reached', provider, retryable: true, retryAt },
  );
}

/** Error for a token request beyond the share of a process, while the store that counts gives no count. */
export function issuanceShareSpent(
  provider: string,
  { limit, windowSeconds }: { limit: number; windowSeconds: number },
  retryAt: number,
): ClientCredentialsError {
  return new ClientCredentialsError(
    `The store gives no count of the token requests of "${provider}", and this process has made as many as the limit of issuance (${limit} within ${windowSeconds} s) allows without one. The next one is allowed at ${new Date(retryAt).toISOString()}, or once the store answers: check the store.`,
    { code: 'issuance_limit_reached', provider, retryable: true, retryAt },
  );
}

/** Error for a token that had expired on arrival. */
export function expiredOnArrival(provider: string): ClientCredentialsError {
  return new ClientCredentialsError(
    `The token of "${provider}" had expired on arrival. Check the lifetime in the provider’s response, and lifetime.defaultSeconds.`,
    { code: 'invalid_token_response', provider, retryable: true },
  );
}

/** Copy of an error with a tenant; errors that have a tenant are returned unchanged. */
export function ofTenant(error: ClientCredentialsError, tenant: string | undefined): ClientCredentialsError {
  if (tenant === undefined || error.tenant !== undefined) return error;
  const { code, provider, retryable, retryAt, endpointStatus, oauthError, oauthErrorDescription } = error;
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const optional = { retryAt, endpointStatus, oauthError, oauthErrorDescription };
  return new ClientCredentialsError(`${error.message} (Tenant ${JSON.stringify(tenant)}.)`, {
    code,
    provider,
    tenant,
    retryable,
    cause,
    ...optional,
  });
}

function ignoreAssignment(): void {}
