import { ClientCredentialsError, invalidConfiguration } from '../../base/errors.js';
import { harmless, type ErrorContext } from '../errors.js';
import type { TokenResponse } from '../response-body.js';
import { isTransientStatus, retryAtOf } from '../retry.js';

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
