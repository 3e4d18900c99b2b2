import type { Instant } from '../base/clock.js';
import type { ResolvedRequest } from './token-key.js';

/** A token as the token endpoint handed it out. */
export interface IssuedToken {
  readonly value: string;
  readonly type: string;
  readonly scopes: readonly string[];
  /** When it was asked for: its lifetime counts from here. */
  readonly requested: Instant;
  readonly lifetimeMs: number;
  readonly apiBaseURL?: string | undefined;
  /** The thumbprint of the key or certificate that it is bound to. */
  readonly boundTo?: string | undefined;
}

/** What an acquisition is told beside what to ask for. */
export interface GrantContext {
  /** Aborted when nobody can use the answer any more. */
  readonly signal: AbortSignal;
  /** Called when a request is about to be sent. It rejects if there must be none. */
  readonly beforeSend: () => Promise<void>;
  /** The token handed out last, which no error may show. */
  readonly lastToken: string | undefined;
  /** What the API demands of the token beyond its scope, as JSON. */
  readonly claims: string | undefined;
  /** Called when another credential was taken than before; `wasRefused`: since the provider refused the one before. */
  readonly onRotation: (wasRefused: boolean) => void;
}

/** Asks for tokens. What it rejects with is a `ClientCredentialsError`. */
export interface TokenGrant {
  /**
   * The thumbprint of the key or certificate that a token acquired now is bound to; `undefined` if anybody can use it.
   * A certificate that may have changed is read again here.
   */
  binding(signal: AbortSignal): Promise<string | undefined>;
  /** Asks for a token, retries included. */
  request(request: ResolvedRequest, context: GrantContext): Promise<IssuedToken>;
}
// RFC 6749 appendix A.12: 1*VSCHAR. Spaces would end the header's value.
const TOKEN = /^[\x21-\x7e]+$/;

/** Whether a value can be a token: one that a header can carry. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value);
}
