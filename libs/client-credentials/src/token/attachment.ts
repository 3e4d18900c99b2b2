import type { Agent } from 'node:https';
import type { CreateAxiosDefaults } from 'axios';
import type { AccessToken } from './access-token.js';
import type { OutboundCall, TokenRequest } from '../config/token-request.js';
import type { ApiAnswer } from '../config/provider-options.js';

/** Where a token goes on a call: a header, or a parameter of the query. */
export type TokenPlacement = { readonly header: string } | { readonly query: string };

/** A request that carries a token. */
export interface SignedRequest {
  /** Upper case. */
  readonly method: string;
  readonly url: URL;
}

/**
 * Proves with every call that whoever sends a token is the one it was issued to.
 *
 * @see RFC 9449 §7
 */
export interface ProofSigner {
  /** The headers that prove it for one request: another proof each time. */
  headersFor(request: SignedRequest, token: AccessToken): Promise<Record<string, string>>;
  /** Takes note of what an answer says for later proofs. True if it says anything new. */
  rememberNonce(url: URL, headers: Readonly<Record<string, string | undefined>>): boolean;
}

/** How a provider's tokens are put on calls, where they may go, and what a refusal looks like. */
export interface AttachmentRules {
  /** Where the token goes. */
  readonly placement: TokenPlacement;
  /** Headers for every call that gets the token. */
  readonly headers: Readonly<Record<string, string>>;
  /** The origins that may get the token, if the configuration names any. */
  readonly allowedOrigins: readonly string[] | undefined;
  /** The configured defaults of an HTTP client for the API, its base address among them. */
  readonly defaults: CreateAxiosDefaults;
  /** Whether tokens name the API's base address, so that it is known only once there is one. */
  readonly isBaseNamedByToken: boolean;
  /** Whether {@link isRefusal} looks at more than the status. */
  readonly readsBody: boolean;
  /**
   * Whether a token is one header and no more: no call decides which it is, and none changes but for that header. A 401 is its
   * refusal.
   */
  readonly isHeaderOnly: boolean;
  /** Whether an answer means that the token was refused. */
  isRefusal(answer: ApiAnswer): boolean;
  /** What to ask for, for this call, which is described only where that matters; the call's own wishes win. */
  requestFor(call: () => OutboundCall, wishes: TokenRequest): TokenRequest;
  /** Proves possession with every call, where tokens are bound to a key. */
  readonly proofSigner: ProofSigner | undefined;
  /** The connection that a token can be used on, where tokens are bound to a certificate. */
  agentOf(token: AccessToken): Agent | undefined;
  /** Tells the operator something, once for each topic. */
  warnOnce(topic: string, message: string): void;
}

/**
 * What follows when the API refused a token: another is to be had; none is worth asking for, since this one itself replaced a refused
 * one a moment ago; or none may be sent, since what is configured for the tenant changed while the call was on its way.
 */
export type RefusalOutcome = 'another' | 'too-young' | 'changed';

/** What a layer that puts tokens on calls needs of a source: the rules, and somebody to tell what the API said. */
export interface Attachment extends AttachmentRules {
  /** Whether these are the rules for every call, and no tenant has others. */
  readonly isTenantKnown: boolean;
  /**
   * Reports that the API refused a token, which drops it if it is still the current one. `claims` is what the API demands of
   * another token, as JSON.
   *
   * @throws `ClientCredentialsError` if it is not known any more whose token it was
   */
  refuse(
    token: AccessToken,
    request: TokenRequest,
    claims?: string,
  ): RefusalOutcome | Promise<RefusalOutcome>;
  /** Reports that the API took a token. */
  noteAccepted(token: AccessToken, request: TokenRequest): void;
  /** Reports that a call was sent once more; `status` is that of the second answer. */
  noteReplay(request: TokenRequest, status: number | undefined): void;
}
