import type { RefusalOutcome } from '../token/attachment.js';
import type { ClaimsChallenge } from './challenge.js';

/** Why a call without the token was refused, or why a refused call is not sent again: the cause of what the caller gets. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';

  /** @param details - what the API demands of a token: `challenge`, or `requiredScopes` and `grantedScopes` */
  constructor(
    message: string,
    details: {
      readonly challenge?: ClaimsChallenge | undefined;
      readonly requiredScopes?: readonly string[];
      readonly grantedScopes?: readonly string[];
    } = {},
  ) {
    super(message);
    for (const [name, value] of Object.entries(details)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
  }
}

export const WITHOUT_ANOTHER: Readonly<Record<Exclude<RefusalOutcome, 'another'>, string>> = {
  'too-young':
    'The API refused a token that had itself just replaced a refused one, so another would fare no better. Check that the token’s scope and audience are what this API asks for; see reacquire.cooldownSeconds.',
  final:
    'The API refused the token, and the token source has no invalidate() to replace it with. Add invalidate(token) to the source, and the call is sent once more with the next token.',
};
export const BODY_READ_ONCE =
  'The API refused the token, and the body could be read only once. The next call gets a new token; send this one again, or pass the body as a Buffer or Blob.';
export const REFUSED_TWICE =
  'The API refused the token, and the new one as well. Check that the token’s scope and audience are what this API asks for.';
export const NONCE_NOT_ANSWERED =
  'The API asked for another DPoP nonce, and the call could not be sent again, or got the same response. The token stays in use, and the next call has the nonce.';

/** Why a call to an origin that may not have the token was refused. */
export function withheld(provider: string, origin: string, allowed: ReadonlySet<string>): string {
  const list = allowed.size === 0 ? 'no origin' : `only ${[...allowed].join(', ')}`;
  return `The call to ${origin} was refused, and went without the token of "${provider}": ${list} may have it. If this origin is the provider’s own API, add it to allowedOrigins; otherwise send such calls with clientCredentials: false.`;
}

/** Why a call that a redirect took to another origin was refused there. */
export function leftBehind(provider: string, origin: string): string {
  return `A redirect took the call to ${origin}, where the token of "${provider}" does not go, and the call was refused there. If this origin is the provider’s own API, add it to allowedOrigins.`;
}

/** What an API says that the token does not reach far enough for. */
export function scopesMissing(
  provider: string,
  required: readonly string[],
  granted: readonly string[],
): string {
  const needed =
    required.length === 0 ? 'a scope that it does not name' : `the scope "${required.join(' ')}"`;
  const had = granted.length === 0 ? 'none is known to be granted' : `granted is "${granted.join(' ')}"`;
  return `The API of "${provider}" needs ${needed} for this call; ${had}. Ask for it with scope, in the provider’s options or in the call’s clientCredentials, and see that the client is allowed to have it.`;
}
