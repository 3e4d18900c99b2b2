import { ClientCredentialsError, invalidConfiguration } from '../base/errors.js';
import { asObject } from '../base/objects.js';
import { authenticationMethodOf } from '../config/authentication-method.js';
import type { Provider } from '../config/resolve.js';
import { UnusableInput } from './client-auth/private-key.js';
import { readError, type AnsweredError } from './error-response.js';
import { redact } from './redact.js';
import type { TokenResponse } from './response-body.js';
import { isTransientStatus, retryAtOf } from './retry.js';

/** What the errors of one acquisition have in common. */
export interface ErrorContext {
  readonly provider: Provider;
  /** Everything that must not be shown. */
  readonly secrets: Iterable<string>;
}

/** The endpoint answered with an error. @see RFC 6749 §5.2 */
export function rejected(answer: TokenResponse, context: ErrorContext, now: number): ClientCredentialsError {
  const answered = readError(answer, context.provider.dialect, context.secrets);
  const advice = isCredentialsRefusal(answer, answered.code)
    ? credentialsAdvice(context.provider)
    : 'Check the scope, the audience and the dialect against the provider’s documentation.';
  return new ClientCredentialsError(
    `The token request of "${context.provider.name}" was rejected: ${summary(answer.status, answered)}. ${advice}`,
    {
      code: 'token_request_rejected',
      retryAt: retryAtOf(answer.status, answer.headers, now),
      ...answerDetails(answer, answered, context),
    },
  );
}

/** What to look at when the client is refused, by how it proves who it is. */
function credentialsAdvice({ config }: Provider): string {
  const method = authenticationMethodOf(config);
  if (method === 'private_key_jwt') {
    return 'Check clientId, the key and its id as the client is registered with them, the audience of the assertion, and the clock.';
  }
  if (method === 'tls_client_auth' || method === 'self_signed_tls_client_auth') {
    return 'Check clientId and the certificate as the client is registered with it: it may have been replaced or have ended.';
  }
  if (typeof method === 'function')
    return 'Check what clientAuthentication sends: the credentials may be wrong or have expired.';
  return 'Check clientId and clientSecret: the secret may be wrong or have expired.';
}

/** The endpoint is overloaded, or it or something before it is out of order. */
export function unavailable(
  answer: TokenResponse,
  context: ErrorContext,
  now: number,
): ClientCredentialsError {
  const answered = readError(answer, context.provider.dialect, context.secrets);
  const retryAt = retryAtOf(answer.status, answer.headers, now);
  const usual =
    answer.status === 429
      ? 'Callers get this error for half a minute at first, longer if it goes on.'
      : 'The next call tries again.';
  const advice =
    retryAt === undefined ? usual : `It asks not to be called before ${new Date(retryAt).toISOString()}.`;
  return new ClientCredentialsError(
    `The token endpoint of "${context.provider.name}" is unavailable: ${summary(answer.status, answered)}. ${advice}`,
    {
      code: 'token_endpoint_unavailable',
      retryable: true,
      retryAt,
      ...answerDetails(answer, answered, context),
    },
  );
}

/** The endpoint answered with something that holds no usable token. */
export function unusable(
  why: string,
  mayPass: boolean,
  status: number | undefined,
  { provider }: ErrorContext,
): ClientCredentialsError {
  return new ClientCredentialsError(
    `The answer to the token request of "${provider.name}" ${why}${status === undefined ? '' : ` (status ${status})`}. Compare it with the provider’s documentation.`,
    { code: 'invalid_token_response', provider: provider.name, retryable: mayPass, status },
  );
}

/** No answer came. */
export function unreachable(error: unknown, context: ErrorContext): ClientCredentialsError {
  const cause = harmless(error, context);
  return new ClientCredentialsError(
    `The token endpoint of "${context.provider.name}" could not be reached: ${cause.message}. Check tokenUrl, the proxy and the network.`,
    { code: 'token_endpoint_unavailable', provider: context.provider.name, retryable: true, cause },
  );
}

/** The deadline passed. `last` is what went wrong before, if anything did. */
export function timedOut(context: ErrorContext, last?: ClientCredentialsError): ClientCredentialsError {
  const { name, timeoutMs } = context.provider;
  const before = last === undefined ? '' : ` Before that: ${last.message}`;
  return new ClientCredentialsError(
    `No token of "${name}" came within ${timeoutMs} ms. Check the token endpoint, or raise tokenRequest.timeoutMs.${before}`,
    {
      code: 'token_endpoint_unavailable',
      provider: name,
      retryable: true,
      status: last?.status,
      retryAt: last?.retryAt,
    },
  );
}

/**
 * A function of the configuration failed: the secret, the parameters or the client authentication. What it says is not
 * shown, since it may quote a secret that nobody else knows yet; its name and code are.
 */
export function inputFailed(
  what: string,
  error: unknown,
  { provider }: ErrorContext,
): ClientCredentialsError {
  const { name = typeof error, code } = asObject(error);
  const words = [name, code].filter((word) => typeof word === 'string').join(' ');
  const reason =
    error instanceof UnusableInput
      ? `${error.message}.`
      : `the function or file that the configuration names for it failed (${words}). Its message is not shown, since it may hold a secret; log it there.`;
  return new ClientCredentialsError(`${what} of "${provider.name}" could not be had: ${reason}`, {
    code: 'token_endpoint_unavailable',
    provider: provider.name,
    retryable: true,
  });
}

/** Whether the endpoint refused who asks rather than what is asked. */
export function isCredentialsRefusal({ status }: { status?: number }, code: string | undefined): boolean {
  return code === 'invalid_client' || status === 401 || (status === 403 && code === undefined);
}

function answerDetails(
  answer: TokenResponse,
  answered: AnsweredError,
  { provider }: ErrorContext,
): {
  provider: string;
  status: number;
  oauthError: string | undefined;
  oauthErrorDescription: string | undefined;
} {
  return {
    provider: provider.name,
    status: answer.status,
    oauthError: answered.code,
    oauthErrorDescription: answered.description,
  };
}

function summary(status: number, { code, description }: AnsweredError): string {
  const parts = [`status ${status}`, code, description].filter((part) => part !== undefined);
  // A sentence of the server's own ends here as part of ours.
  return parts.join(', ').replace(/\.$/, '');
}

/** An error with the words and the code of another, and none of the request that it may carry. */
function harmless(error: unknown, { secrets }: ErrorContext): Error {
  const { message, code } = innermost(error);
  const text = redact(message === '' ? (code ?? 'no reason given') : message, secrets);
  const cause = new Error(text);
  // Its own stack would only show this function.
  cause.stack = `Error: ${text}`;
  return code === undefined ? cause : Object.assign(cause, { code });
}

/** Errors of connections that were tried at several addresses say what happened only inside. */
function innermost(error: unknown): { message: string; code?: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (!(error instanceof Error)) return { message: String(error) };
  if (error.message === '' && error.cause instanceof Error) return innermost(error.cause);
  const code = (error as NodeJS.ErrnoException).code;
  return { message: error.message, ...(typeof code === 'string' && { code }) };
}

/** The server's metadata could not be had: now, or ever if the answer says that there is none. */
export function noMetadata(
  answer: TokenResponse,
  { provider }: ErrorContext,
  now: number,
): ClientCredentialsError {
  const { status, headers } = answer;
  if (!isTransientStatus(status) && (status < 200 || status >= 300)) {
    return contradicted(
      `issuer: no metadata is where RFC 8414 and OpenID Connect look for it (status ${status}): check it, or set tokenUrl instead`,
      { provider, secrets: [] },
    );
  }
  const reason = isTransientStatus(status) ? `status ${status}` : 'its answer is no JSON object';
  return new ClientCredentialsError(
    `The metadata of the issuer of "${provider.name}" could not be had: ${reason}. The next call tries again.`,
    {
      code: 'token_endpoint_unavailable',
      provider: provider.name,
      retryable: true,
      retryAt: retryAtOf(status, headers, now),
      status,
    },
  );
}

/** No answer came. */
export function unreachableIssuer(error: unknown, context: ErrorContext): ClientCredentialsError {
  const cause = harmless(error, context);
  return new ClientCredentialsError(
    `The issuer of "${context.provider.name}" could not be reached: ${cause.message}. Check issuer, the proxy and the network.`,
    { code: 'token_endpoint_unavailable', provider: context.provider.name, retryable: true, cause },
  );
}

/** The server says something else of itself than the configuration does. */
export function contradicted(problem: string, { provider }: ErrorContext): ClientCredentialsError {
  return invalidConfiguration([`providers.${provider.name}.${problem}`], provider.name);
}
