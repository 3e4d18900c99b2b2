import { ClientCredentialsError } from '../../base/errors.js';
import { authenticationMethodOf } from '../../config/authentication-method.js';
import type { ProviderConfig } from '../../config/options.js';
import type { AccessToken } from '../../token/access-token.js';
import { resolveRequest } from '../../token/token-key.js';
import { wordsOf } from '../environment.js';
import { stepOf, type Step } from '../step.js';

const TOO_MANY_REQUESTS = 429;

/** The step of a token that was issued. */
export function issuedStep(token: AccessToken, config: ProviderConfig, durationMs: number): Step {
  const { scope } = config;
  const asked = resolveRequest(scope === undefined ? {} : { scope }).scopes;
  const missing = asked.filter((each) => !token.scopes.includes(each));
  const lifetimeSeconds = Math.round((token.expiresAt - token.obtainedAt) / 1000);
  const details = {
    method: methodOf(config),
    durationMs: Math.round(durationMs),
    lifetimeSeconds,
    scopesAsked: asked,
    scopesGranted: token.scopes,
  };
  const message = `${details.method}, ${details.durationMs} ms, lives ${lifetimeSeconds} s; scopes asked: ${listed(asked)}; granted: ${listed(token.scopes)}`;
  if (missing.length === 0) return stepOf('token', 'ok', message, details);
  const advice = `Not granted: ${listed(missing)}. Check scope, and have the provider allow the scope for this client.`;
  return stepOf('token', 'warning', `${message}. ${advice}`, details);
}

/** The step of a token request that failed. */
export function refusedStep(error: unknown, config: ProviderConfig): Step {
  const details = { method: methodOf(config), ...codesOf(error) };
  return stepOf('token', 'failed', `${messageOf(error)}${furtherAdvice(error, config)}`, details);
}

/** The message of an error of the library, whose messages have no secret; of any other error what can be shown. */
export function messageOf(error: unknown): string {
  return error instanceof ClientCredentialsError ? error.message : wordsOf(error);
}

/** Codes of an error, for the JSON report. */
export function codesOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof ClientCredentialsError)) return {};
  const { code, endpointStatus, oauthError } = error;
  return {
    code,
    ...(endpointStatus !== undefined && { endpointStatus }),
    ...(oauthError !== undefined && { oauthError }),
  };
}

function furtherAdvice(error: unknown, { clientSecret }: ProviderConfig): string {
  if (!(error instanceof ClientCredentialsError)) return '';
  if (error.endpointStatus === TOO_MANY_REQUESTS)
    return ' Ask for fewer tokens: limit them with issuance, and share them between processes with store.';
  if (error.code === 'token_request_rejected' && Array.isArray(clientSecret) && clientSecret.length > 1)
    return ` Only the first of the ${clientSecret.length} secrets in clientSecret was sent; the library tries the others too.`;
  return '';
}

function methodOf(config: ProviderConfig): string {
  const method = authenticationMethodOf(config);
  return typeof method === 'string' ? method : 'a function as clientAuthentication';
}

function listed(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'none' : scopes.join(' ');
}
