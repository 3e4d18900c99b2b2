import { ClientCredentialsError, invalidConfiguration } from '../base/errors.js';
import { SentInClear, TUNNEL_ADVICE } from '../base/clear-proxy.js';
import { asObject } from '../base/objects.js';
import type { Provider } from '../config/resolve.js';
import { addressOption, adviceOnNoResponse, hostOf } from './advice.js';
import { redact } from './redact.js';
import { PROXY_REFUSAL } from './retry.js';

/** Provider and secrets of one token request. */
export interface ErrorContext {
  readonly provider: Provider;
  /** Values that no error may show. */
  readonly secrets: Iterable<string>;
}

/** Error for a token request without a response. */
export function unreachable(error: unknown, url: string, context: ErrorContext): ClientCredentialsError {
  return noResponse('token endpoint', addressOption(context.provider), { error, url, context });
}

/** Error for a metadata request without a response. */
export function unreachableIssuer(
  error: unknown,
  url: string,
  context: ErrorContext,
): ClientCredentialsError {
  return noResponse('issuer', 'issuer', { error, url, context });
}

function noResponse(
  what: string,
  option: 'tokenUrl' | 'issuer',
  { error, url, context }: { error: unknown; url: string; context: ErrorContext },
): ClientCredentialsError {
  if (error instanceof SentInClear) return clearProxy(context);
  const cause = sanitizedCause(error, context);
  if (isProxyRefusal(cause)) return proxyRefused(context, cause);
  const { name } = context.provider;
  return new ClientCredentialsError(
    `The ${what} of "${name}" could not be reached at ${hostOf(url)}: ${cause.message}. ${adviceOnNoResponse(cause, option)}`,
    { code: 'token_endpoint_unavailable', provider: name, retryable: true, cause },
  );
}

/** Error for a proxy that asked for credentials (407); the endpoint itself did not answer. */
export function proxyRefused({ provider }: ErrorContext, cause?: Error): ClientCredentialsError {
  return new ClientCredentialsError(
    `The proxy${placeOfProxy(provider)} on the way to the authorization server of "${provider.name}" asked for credentials (status ${PROXY_REFUSAL}). Check user name and password of the proxy: in tokenRequest.axios (proxy or agent), or in the variables HTTPS_PROXY and HTTP_PROXY.`,
    { code: 'token_endpoint_unavailable', provider: provider.name, retryable: true, cause },
  );
}

/** Where the proxy is, as far as the options and the environment tell: host and port, never its credentials. */
function placeOfProxy({ config }: Provider): string {
  const { proxy, httpsAgent } = asObject(config.tokenRequest?.axios);
  const { host, port } = asObject(proxy);
  if (typeof host === 'string') return ` at ${host}${typeof port === 'number' ? `:${port}` : ''}`;
  const { proxy: ofAgent } = asObject(httpsAgent);
  const named =
    ofAgent instanceof URL ? ofAgent.href : (process.env['HTTPS_PROXY'] ?? process.env['https_proxy'] ?? '');
  return URL.canParse(named) ? ` at ${hostOf(named)}` : '';
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

/** Copy of an error with redacted message and code, without the request that an axios error has. */
function sanitizedCause(error: unknown, { secrets }: ErrorContext): Error {
  const { message, code } = innermost(error);
  const text = redact(message === '' ? (code ?? 'no reason given') : message, secrets)
    .replaceAll(/\s+/g, ' ')
    .trim();
  const cause = new Error(text);
  // The copy's own stack would only show this function.
  cause.stack = `Error: ${text}`;
  return code === undefined ? cause : Object.assign(cause, { code });
}

/**
 * Innermost message and code: an error for several addresses has an empty message of its own. By shape: under a test runner Node's own
 * errors are no instances of the `Error` that is known here.
 */
function innermost(error: unknown): { message: string; code?: string } {
  const { message, code, errors, cause } = asObject(error);
  if (Array.isArray(errors) && errors.length > 0) return innermost(errors[0]);
  if (typeof message !== 'string') return { message: String(error) };
  if (message === '' && typeof asObject(cause)['message'] === 'string') return innermost(cause);
  return { message, ...(typeof code === 'string' && { code }) };
}
