import type { Instant, InstantClock } from '../base/clock.js';
import type { ClientCredentialsError } from '../base/errors.js';
import type { IssuedToken } from '../token/issued-token.js';
import type { ResolvedRequest } from '../token/token-key.js';
import type { ClientCertificate } from './client-auth/certificate.js';
import type { Credential } from './client-auth/credentials.js';
import type { ErrorContext } from './connection-errors.js';
import * as failures from './errors.js';
import type { TokenResponse } from './response-body.js';
import { readAnswer, tokensIn } from './token-response.js';

/** An attempt without a token. */
export interface Failure {
  readonly error: ClientCredentialsError;
  /** Whether another attempt may succeed. */
  readonly isRetryable: boolean;
  readonly isZeroLifetime?: boolean;
  /** Whether no response arrived. */
  readonly isUnreachable?: boolean;
  /** Whether the server demands the same request again, with the nonce of its response. */
  readonly wantsNonce?: true;
}

/** Outcome of an attempt. */
export type GrantOutcome = { readonly token: IssuedToken } | Failure;

/** The token request that a response answers. */
export interface AnsweredRequest {
  readonly request: ResolvedRequest;
  readonly requested: Instant;
  readonly credential: Credential;
}

/** Outcome of an attempt by its response. Tokens in an unusable response join the values that no error may show. */
export function outcomeOf(
  answer: TokenResponse,
  { request, requested, credential }: AnsweredRequest,
  { provider, secrets }: ErrorContext & { readonly secrets: Set<string> },
  clock: InstantClock,
): GrantOutcome {
  const { certificate, secrets: presented } = credential;
  const reading = readAnswer(answer, provider, request, requested);
  if (reading.kind === 'token') {
    return { token: certificate === undefined ? reading.token : boundTo(certificate, reading.token) };
  }
  for (const token of tokensIn(answer, provider.dialect)) secrets.add(token);
  const context = { provider, secrets };
  switch (reading.kind) {
    case 'rejected': {
      const refused = { ...context, request, presented };
      return { error: failures.rejected(answer, refused, clock.now()), isRetryable: false };
    }
    case 'unavailable':
      return { error: failures.unavailable(answer, context, clock.now()), isRetryable: true };
    case 'unusable': {
      const { why, mayPass, isZeroLifetime = false } = reading;
      const error = failures.unusable(why, mayPass, answer.status, context);
      return { error, isRetryable: mayPass, isZeroLifetime };
    }
  }
}

/** Binds a token to the certificate of its request. The token ends with the certificate: no other can present it. */
function boundTo({ thumbprint, endsAt }: ClientCertificate, token: IssuedToken): IssuedToken {
  const leftMs = endsAt - token.requested.at;
  // A server that accepted an expired certificate does not check the end.
  const lifetimeMs = leftMs > 0 ? Math.min(leftMs, token.lifetimeMs) : token.lifetimeMs;
  return { ...token, lifetimeMs, boundTo: thumbprint };
}
