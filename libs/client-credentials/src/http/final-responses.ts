import type { CallToken } from '../token/attachment.js';
import type { Attempt, AuthorizedCall } from './attempt.js';
import { missingScopesOf, type ClaimsChallenge } from './challenge.js';
import { leftBehind, scopesMissing, TokenRefused } from './refusal-reasons.js';

/** Whether a status refuses who asks. */
export function isAuthorizationRefusal(status: number): boolean {
  return status === 401 || status === 403;
}

/** What the caller gets where the API misses a scope, with the reason. Any other response as it is. */
export function finishWithScopes<A extends Attempt, R>(
  call: AuthorizedCall<A, R>,
  token: CallToken,
  attempt: A,
): R {
  const { attachment, request } = call;
  const required = isAuthorizationRefusal(attempt.status)
    ? missingScopesOf(attempt.headers()['www-authenticate'])
    : undefined;
  if (required === undefined) return call.finish(attempt);
  // An API may quote the token in place of a scope.
  const requiredScopes = [...new Set(required)].filter((scope) => !scope.includes(token.value));
  const grantedScopes = token.scopes ?? [];
  const message = scopesMissing(attachment.provider, requiredScopes, grantedScopes);
  attachment.warnOnce(`missing ${requiredScopes.toSorted().join(' ')}`, message);
  attachment.noteInsufficientScope(token, request, attempt.status, requiredScopes);
  call.attachReason(attempt, new TokenRefused(message, { requiredScopes, grantedScopes }));
  return call.finish(attempt);
}

/** What the caller gets of an origin that a redirect led to, where the token may not go. */
export function finishElsewhere<A extends Attempt, R>(call: AuthorizedCall<A, R>, attempt: A): R {
  const { attachment } = call;
  if (!isAuthorizationRefusal(attempt.status)) return call.finish(attempt);
  const origin = attempt.origin();
  const message = leftBehind(attachment.provider, origin);
  attachment.warnOnce(`elsewhere ${origin}`, message);
  call.attachReason(attempt, new TokenRefused(message));
  return call.finish(attempt);
}

/** A refusal that is not replayed, with the reason. `challenge` is what the API demands of a token. */
export function finalResponse<A extends Attempt, R>(
  call: AuthorizedCall<A, R>,
  attempt: A,
  reason: string,
  challenge?: ClaimsChallenge,
): R {
  call.attachReason(attempt, new TokenRefused(reason, { challenge }));
  return call.finish(attempt);
}
