import type { TokenRequest } from '../config/token-request.js';
import type { Attachment, CallToken } from '../token/attachment.js';

/** A response to a call that was sent with a token. */
export interface Attempt {
  readonly status: number;
  /** Whether the request that was answered carried the token: a redirect may have taken it where the token may not go. */
  readonly carriesToken: boolean;
  /** The origin that answered. */
  origin(): string;
  /** Headers by their names in lower case. */
  headers(): Record<string, string>;
  /** The body, parsed if it is JSON. */
  data(): unknown;
  /** Whether the same request with a proof of the newest nonce may succeed. */
  readonly wantsNewProof: boolean;
}

/** A call to an API, whatever HTTP client sends it. `A` is one sending of it, `R` what the caller gets. */
export interface AuthorizedCall<A extends Attempt, R> {
  readonly attachment: Attachment;
  readonly request: TokenRequest;
  readonly isRepeatable: boolean;
  /** Sends the call once, and goes on with `next` once there is a response. Rejects if there is none. */
  send<T>(token: CallToken, next: NextStep<A, R, T>): Promise<T>;
  /** The token, for as long as the caller is willing to wait: at once if it is cached. */
  getToken(): CallToken | Promise<CallToken>;
  /** What the caller gets of a response. */
  finish(attempt: A): R;
  /** Frees the connection of a response that the caller will not see. */
  discard(attempt: A): void;
  /** Attaches the reason why a refusal is final to what the caller gets. */
  attachReason(attempt: A, cause: Error): void;
}

/** What follows once there is a response. A function of its own, not a closure: every call has one. */
export type NextStep<A extends Attempt, R, T> = (
  call: AuthorizedCall<A, R>,
  token: CallToken,
  attempt: A,
) => T | Promise<T>;
