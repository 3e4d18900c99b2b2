/**
 * Whether a challenge says that the token is good but does not reach far enough (RFC 6750 §3.1): another one of the
 * same scope would be refused as well. Read as text, since challenges come malformed and several in one header.
 */
export function isInsufficientScope(challenge: string | undefined): boolean {
  return /(?:^|[\s,])error\s*=\s*"?insufficient_scope\b/i.test(challenge ?? '');
}
