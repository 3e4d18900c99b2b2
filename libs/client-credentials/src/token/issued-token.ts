import type { Deadline } from '../base/abort.js';
import { elapsedMs, type Instant } from '../base/clock.js';
import type { ResolvedRequest } from './token-key.js';

/** A token as the token endpoint issued it. */
export interface IssuedToken {
  readonly value: string;
  readonly type: string;
  readonly scopes: readonly string[];
  /** Instant of the token request, from which the lifetime counts. */
  readonly requested: Instant;
  readonly lifetimeMs: number;
  readonly apiBaseURL?: string | undefined;
  /** Thumbprint of the key or certificate that the token is bound to. */
  readonly boundTo?: string | undefined;
}

/** Everything that a token request depends on, other than its parameters. */
export interface GrantContext {
  /** Aborted when the manager closes. */
  readonly signal: AbortSignal;
  /** Ends the request and its retries. */
  readonly deadline: Deadline;
  /** Called before each attempt, with its address. Rejects if no request may be sent. */
  readonly beforeSend: (url: string) => Promise<void> | undefined;
  /** Token issued last, which no error may show. */
  readonly lastToken: string | undefined;
  /** Tokens of the client that were replaced a moment ago, which no error may show. */
  readonly recentTokens: readonly string[];
  /** Claims that the API demands of the token, as JSON. */
  readonly claims: string | undefined;
  /** Called when the server accepts another credential than before. `wasRefused`: the previous credential was refused. */
  readonly onRotation: (wasRefused: boolean) => void;
}

/** The grant: requests tokens from the token endpoint. Rejects with a `ClientCredentialsError`. @see RFC 6749 §4.4 */
export interface TokenGrant {
  /** Whether tokens are bound to a key or a certificate. */
  readonly isBound: boolean;
  /** Thumbprint that a token issued now is bound to. Reads the certificate again, which may have changed. */
  binding(signal: AbortSignal): Promise<string | undefined>;
  /** Requests a token, retries included. */
  request(request: ResolvedRequest, context: GrantContext): Promise<IssuedToken>;
}

// RFC 6749 appendix A.12 allows 1*VSCHAR; a space is excluded, because it would end the token in a header.
const TOKEN = /^[\x21-\x7e]+$/;
// RFC 6265 §4.2.1
const COOKIES = /^[\x21-\x7e]+(; [\x21-\x7e]+)*$/;

/** Whether a value is a token that a header can carry, or cookies where the token `mayBeCookies`. */
export function isToken(value: unknown, mayBeCookies = false): value is string {
  return typeof value === 'string' && (mayBeCookies ? COOKIES : TOKEN).test(value);
}

/** Milliseconds until an issued token expires; negative after expiry. */
export function lifeLeftMs({ requested, lifetimeMs }: IssuedToken, now: Instant): number {
  return lifetimeMs - elapsedMs(requested, now);
}
