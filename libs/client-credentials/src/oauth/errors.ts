import { ClientCredentialsError, invalidConfiguration } from '../base/errors.js';
import { asObject } from '../base/objects.js';
import { adviceOn, type RefusedRequest } from './advice.js';
import { UnusableInput } from './client-auth/private-key.js';
import { proxyRefused, type ErrorContext } from './connection-errors.js';
import { readError, type OAuthError } from './error-response.js';
import type { TokenResponse } from './response-body.js';
import { isTransientStatus, PROXY_REFUSAL, retryAtOf } from './retry.js';

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

/** Error for a configuration that contradicts the server's metadata. */
export function contradicted(problem: string, { provider }: ErrorContext): ClientCredentialsError {
  return invalidConfiguration([`providers.${provider.name}.${problem}`], provider.name);
}
