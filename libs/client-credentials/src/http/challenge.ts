import { isObject } from '../base/objects.js';

// Enough for any claims request, and far less than a server could make of it.
const MAX_CLAIMS_LENGTH = 8_192;

/** A demand for claims that the token does not have. */
export interface ClaimsChallenge {
  readonly error: 'insufficient_claims';
  /** What is demanded, as JSON; absent if the challenge does not say, or not in a way that can be read. */
  readonly claims?: string;
}

/**
 * What a challenge demands of the token beyond its scope: `claims` in base64, as continuous access evaluation has it. A new
 * token may have them.
 */
export function claimsChallengeOf(challenge: string | undefined): ClaimsChallenge | undefined {
  if (!hasError(challenge, 'insufficient_claims')) return undefined;
  const encoded = /(?:^|[\s,])claims\s*=\s*"?([\w+/=-]+)/i.exec(challenge ?? '')?.[1] ?? '';
  const claims = Buffer.from(encoded.slice(0, MAX_CLAIMS_LENGTH), 'base64').toString();
  return { error: 'insufficient_claims', ...(isJsonObject(claims) && { claims }) };
}

/** Whether a challenge asks for the same request with another nonce in its proof. @see RFC 9449 §9 */
export function wantsNonce(challenge: string | undefined): boolean {
  return hasError(challenge, 'use_dpop_nonce');
}

/**
 * Whether a challenge says that the token is good but does not reach far enough (RFC 6750 §3.1): another one of the
 * same scope would be refused as well. Read as text, since challenges come malformed and several in one header.
 */
export function isInsufficientScope(challenge: string | undefined): boolean {
  return hasError(challenge, 'insufficient_scope');
}

function hasError(challenge: string | undefined, error: string): boolean {
  return new RegExp(`(?:^|[\\s,])error\\s*=\\s*"?${error}\\b`, 'i').test(challenge ?? '');
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}
