import type { Deadline } from '../base/abort.js';
import { elapsedMs, type Instant } from '../base/clock.js';
import type { ResolvedRequest } from './token-key.js';

/** A token as the token endpoint issued it. */
export interface IssuedToken {
  readonly value: string;
  readonly type: string;
  readonly scopes: readonly string[];
  /** When the token request was sent: the lifetime counts from here. */
  readonly requested: Instant;
  readonly lifetimeMs: number;
  readonly apiBaseURL?: string | undefined;
  /** The thumbprint of the key or certificate that the token is bound to. */
  readonly boundTo?: string | undefined;
}

/** What a token request depends on beside its parameters. */
export interface GrantContext {
  /** Aborted when the manager closes. */
  readonly signal: AbortSignal;
  /** Ends the request and its retries. */
  readonly deadline: Deadline;
  /** Called before each attempt. Rejects if no request may be sent. */
  readonly beforeSend: () => Promise<void> | undefined;
  /** The token issued last, which no error may show. */
  readonly lastToken: string | undefined;
  /** Claims that the API demands of the token, as JSON. */
  readonly claims: string | undefined;
  /** Called when the server accepts another credential than before. `wasRefused`: because it refused the one before. */
  readonly onRotation: (wasRefused: boolean) => void;
}

/** The grant: asks the token endpoint for tokens. Rejects with a `ClientCredentialsError`. */
export interface TokenGrant {
  /** Whether tokens are bound to a key or a certificate. */
  readonly isBound: boolean;
  /** The thumbprint that a token issued now is bound to. Reads a certificate that may have changed. */
  binding(signal: AbortSignal): Promise<string | undefined>;
  /** Asks for a token, retries included. */
  request(request: ResolvedRequest, context: GrantContext): Promise<IssuedToken>;
}

// RFC 6749 appendix A.12: 1*VSCHAR. A space would end the header's value.
const TOKEN = /^[\x21-\x7e]+$/;

/** Whether a value can be a token: one that a header can carry. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value);
}

/** Milliseconds until an issued token ends; negative when it has. */
export function lifeLeftMs({ requested, lifetimeMs }: IssuedToken, now: Instant): number {
  return lifetimeMs - elapsedMs(requested, now);
}
