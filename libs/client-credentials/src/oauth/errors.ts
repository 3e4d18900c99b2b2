import { ClientCredentialsError, invalidConfiguration } from '../base/errors.js';
import { SentInClear, TUNNEL_ADVICE } from '../base/clear-proxy.js';
import { asObject } from '../base/objects.js';
import type { Provider } from '../config/resolve.js';
import { addressOption, adviceOn, adviceOnNoResponse, hostOf, type RefusedRequest } from './advice.js';
import { UnusableInput } from './client-auth/private-key.js';
import { readError, type OAuthError } from './error-response.js';
import { redact } from './redact.js';
import type { TokenResponse } from './response-body.js';
import { isTransientStatus, PROXY_REFUSAL, retryAtOf } from './retry.js';

/** Provider and secrets of one token request. */
export interface ErrorContext {
  readonly provider: Provider;
  /** Values that no error may show. */
  readonly secrets: Iterable<string>;
}

/** Error for an error response of the token endpoint. @see RFC 6749 §5.2 */
export function rejected(
  response: TokenResponse,
  context: ErrorContext & RefusedRequest,
  now: number,
): ClientCredentialsError {
  const oauth = readError(response, context.provider.dialect, context.secrets);
  const advice = adviceOn(response, oauth, context, now);
  return new ClientCredentialsError(
    `The token request of "${context.provider.name}" was rejected: ${summary(response.status, oauth)}. ${advice}`,
    {
      code: 'token_request_rejected',
      retryAt: retryAtOf(response.status, response.headers, now),
      ...responseDetails(response, oauth, context),
    },
  );
}

/** Error for an overloaded or failing token endpoint: by its status (408, 425, 429, 5xx) or by its OAuth error. */
export function unavailable(
  response: TokenResponse,
  context: ErrorContext,
  now: number,
): ClientCredentialsError {
  if (response.status === PROXY_REFUSAL) return proxyRefused(context);
  const oauth = readError(response, context.provider.dialect, context.secrets);
  const retryAt = retryAtOf(response.status, response.headers, now);
  const consequence =
    response.status === 429
      ? 'Callers get this error for 30 seconds, and longer after each further 429.'
      : 'The next call tries again.';
  const advice =
    retryAt === undefined
      ? consequence
      : `The endpoint accepts no request before ${new Date(retryAt).toISOString()}.`;
  return new ClientCredentialsError(
    `The token endpoint of "${context.provider.name}" is unavailable: ${summary(response.status, oauth)}. ${advice}`,
    {
      code: 'token_endpoint_unavailable',
      retryable: true,
      retryAt,
      ...responseDetails(response, oauth, context),
    },
  );
}

/** Error for a response without a usable token. */
export function unusable(
  why: string,
  retryable: boolean,
  status: number | undefined,
  { provider }: ErrorContext,
): ClientCredentialsError {
  return new ClientCredentialsError(
    `The response to the token request of "${provider.name}" ${why}${status === undefined ? '' : ` (status ${status})`}. Compare the response with the provider’s documentation.`,
    { code: 'invalid_token_response', provider: provider.name, retryable, endpointStatus: status },
  );
}

/** Error for a proxy that asked for credentials (407); the endpoint itself did not answer. */
function proxyRefused({ provider }: ErrorContext, cause?: Error): ClientCredentialsError {
  return new ClientCredentialsError(
    `The proxy on the way to the authorization server of "${provider.name}" asked for credentials (status ${PROXY_REFUSAL}). Check user name and password of the proxy: in tokenRequest.axios (proxy or agent), or in the variables HTTPS_PROXY and HTTP_PROXY.`,
    { code: 'token_endpoint_unavailable', provider: provider.name, retryable: true, cause },
  );
}

/** Error for a request that axios would hand to a proxy in the clear. */
function clearProxy({ provider }: ErrorContext): ClientCredentialsError {
  return invalidConfiguration(
    [
      `providers.${provider.name}.tokenRequest.axios: this version of axios hands https requests to a proxy in the clear, credentials included. ${TUNNEL_ADVICE}`,
    ],
    provider.name,
  );
}

// Agents put the status into their message in different ways; `127.0.0.1:407` is a port.
const PROXY_REFUSAL_IN_WORDS = new RegExp(String.raw`(?<![\w.:])${PROXY_REFUSAL}\b`);

/** Whether a connection failed because a proxy asked for credentials: some agents give no response, but an error. */
function isProxyRefusal({ message }: Error): boolean {
  return PROXY_REFUSAL_IN_WORDS.test(message);
}

/** Error for a token request without a response. */
export function unreachable(error: unknown, url: string, context: ErrorContext): ClientCredentialsError {
  if (error instanceof SentInClear) return clearProxy(context);
  const cause = sanitizedCause(error, context);
  if (isProxyRefusal(cause)) return proxyRefused(context, cause);
  return new ClientCredentialsError(
    `The token endpoint of "${context.provider.name}" could not be reached at ${hostOf(url)}: ${cause.message}. ${adviceOnNoResponse(cause, addressOption(context.provider))}`,
    { code: 'token_endpoint_unavailable', provider: context.provider.name, retryable: true, cause },
  );
}

/** Error for a token request that exceeded its deadline. `last` is the error of the last attempt, if any. */
export function timedOut(context: ErrorContext, last?: ClientCredentialsError): ClientCredentialsError {
  const { name, timeoutMs } = context.provider;
  const before = last === undefined ? '' : ` Last error: ${last.message}`;
  return new ClientCredentialsError(
    `No token for "${name}" arrived within ${timeoutMs} ms. Check the token endpoint, or raise tokenRequest.timeoutMs.${before}`,
    {
      code: 'token_endpoint_unavailable',
      provider: name,
      retryable: true,
      endpointStatus: last?.endpointStatus,
      retryAt: last?.retryAt,
    },
  );
}

/**
 * Error for a configured function or file that failed: secret, key, certificate, parameters or client authentication.
 *
 * Only name and code of the failure are shown: its message may quote a secret that redaction does not know yet.
 */
export function inputFailed(
  label: string,
  error: unknown,
  { provider }: ErrorContext,
): ClientCredentialsError {
  const { name = typeof error, code } = asObject(error);
  const words = [name, code].filter((word) => typeof word === 'string').join(' ');
  const reason =
    error instanceof UnusableInput
      ? `${error.message}.`
      : `the configured function or file failed (${words}). Log the error in that function; its message may contain a secret and is not shown here.`;
  return new ClientCredentialsError(`${label} of "${provider.name}" could not be read: ${reason}`, {
    code: 'token_endpoint_unavailable',
    provider: provider.name,
    retryable: true,
  });
}

function responseDetails(
  response: TokenResponse,
  oauth: OAuthError,
  { provider }: ErrorContext,
): {
  provider: string;
  endpointStatus: number;
  oauthError: string | undefined;
  oauthErrorDescription: string | undefined;
} {
  return {
    provider: provider.name,
    endpointStatus: response.status,
    oauthError: oauth.code,
    oauthErrorDescription: oauth.description,
  };
}

function summary(status: number, { code, description }: OAuthError): string {
  const parts = [`status ${status}`, code, description].filter((part) => part !== undefined);
  // The server's text continues in our sentence, so its full stop is removed.
  return parts.join(', ').replace(/\.$/, '');
}

/** Copy of an error with redacted message and code, without the request that an axios error has. */
function sanitizedCause(error: unknown, { secrets }: ErrorContext): Error {
  const { message, code } = innermost(error);
  const text = redact(message === '' ? (code ?? 'no reason given') : message, secrets);
  const cause = new Error(text);
  // The copy's own stack would only show this function.
  cause.stack = `Error: ${text}`;
  return code === undefined ? cause : Object.assign(cause, { code });
}

/** Innermost message and code: an error for several addresses has an empty message of its own. */
function innermost(error: unknown): { message: string; code?: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (!(error instanceof Error)) return { message: String(error) };
  if (error.message === '' && error.cause instanceof Error) return innermost(error.cause);
  const code = (error as NodeJS.ErrnoException).code;
  return { message: error.message, ...(typeof code === 'string' && { code }) };
}

/** Error for missing metadata: a configuration error if the server has none, else a retryable error. */
export function noMetadata(
  response: TokenResponse,
  { provider }: ErrorContext,
  now: number,
): ClientCredentialsError {
  const { status, headers } = response;
  if (status === PROXY_REFUSAL) return proxyRefused({ provider, secrets: [] });
  if (!isTransientStatus(status) && (status < 200 || status >= 300)) {
    return contradicted(
      `issuer: no metadata at the URLs of RFC 8414 and OpenID Connect (status ${status}): check issuer, or set tokenUrl instead`,
      { provider, secrets: [] },
    );
  }
  const reason = isTransientStatus(status) ? `status ${status}` : 'the response is no JSON object';
  return new ClientCredentialsError(
    `The metadata of the issuer of "${provider.name}" could not be read: ${reason}. The next call tries again.`,
    {
      code: 'token_endpoint_unavailable',
      provider: provider.name,
      retryable: true,
      retryAt: retryAtOf(status, headers, now),
      endpointStatus: status,
    },
  );
}

/** Error for a metadata request without a response. */
export function unreachableIssuer(
  error: unknown,
  url: string,
  context: ErrorContext,
): ClientCredentialsError {
  if (error instanceof SentInClear) return clearProxy(context);
  const cause = sanitizedCause(error, context);
  if (isProxyRefusal(cause)) return proxyRefused(context, cause);
  return new ClientCredentialsError(
    `The issuer of "${context.provider.name}" could not be reached at ${hostOf(url)}: ${cause.message}. ${adviceOnNoResponse(cause, 'issuer')}`,
    { code: 'token_endpoint_unavailable', provider: context.provider.name, retryable: true, cause },
  );
}

/** Error for a configuration that contradicts the server's metadata. */
export function contradicted(problem: string, { provider }: ErrorContext): ClientCredentialsError {
  return invalidConfiguration([`providers.${provider.name}.${problem}`], provider.name);
}
