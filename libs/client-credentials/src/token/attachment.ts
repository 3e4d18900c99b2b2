import type { Agent } from 'node:https';
import type { CreateAxiosDefaults } from 'axios';
import type { ApiAnswer } from '../config/provider-options.js';
import type { OutboundCall, TokenRequest } from '../config/token-request.js';

/** Place of the token on a call: a header or a query parameter. */
export type TokenPlacement = { readonly header: string } | { readonly query: string };

/** The parts of a token that a call needs. */
export interface CallToken {
  readonly value: string;
  /** Value of the header that carries the token. */
  readonly authorization: string;
  /** Base URL of the API, for providers that return one with each token. */
  readonly apiBaseURL?: string | undefined;
  /** The scopes granted, as far as they are known. */
  readonly scopes?: readonly string[] | undefined;
}

/** The request that a DPoP proof is signed for. */
export interface SignedRequest {
  /** HTTP method in upper case. */
  readonly method: string;
  readonly url: URL;
}

/** Signs the DPoP proofs of calls. @see RFC 9449 §7 */
export interface ProofSigner {
  /** Signs a new proof for one request. Returns the proof's headers and the nonce in the proof. */
  sign(
    request: SignedRequest,
    token: CallToken,
  ): Promise<{ readonly headers: Record<string, string>; readonly nonce: string | undefined }>;
  /** Remembers the nonce of a response for later proofs, and returns the nonce. */
  rememberNonce(url: URL, headers: Readonly<Record<string, string | undefined>>): string | undefined;
}

/** Rules for calls with a provider's tokens: placement, allowed origins, refusals. */
export interface AttachmentRules {
  readonly placement: TokenPlacement;
  /** Headers that are added to every call with a token. */
  readonly headers: Readonly<Record<string, string>>;
  /** Configured origins that may get the token; `undefined` if none are configured. */
  readonly allowedOrigins: readonly string[] | undefined;
  /** Configured defaults of an HTTP client for the API, including the base URL. */
  readonly defaults: CreateAxiosDefaults;
  /** Whether each token response names the API's base URL. */
  readonly isBaseNamedByToken: boolean;
  /** Whether {@link isRefusal} reads the response's body. */
  readonly readsBody: boolean;
  /** Whether a token adds one header to a call and nothing else depends on the call. */
  readonly isHeaderOnly: boolean;
  /** Whether a response refuses the token. */
  isRefusal(response: ApiAnswer): boolean;
  /**
   * Returns the token request of a call: `tokenFor` and the source's defaults under the call's own options.
   *
   * `undefined` without `tokenFor` and defaults: the call's own options are used unchanged.
   */
  readonly requestFor: ((call: () => OutboundCall, request: TokenRequest) => TokenRequest) | undefined;
  /** Signer of the DPoP proofs; `undefined` if tokens are not bound to a key. */
  readonly proofSigner: ProofSigner | undefined;
  /** Returns the agent that presents a token's client certificate. */
  agentOf(token: CallToken): Agent | undefined;
  /** Warns the operator, once for each topic. */
  warnOnce(topic: string, message: string): void;
}

/**
 * What follows after a refusal.
 *
 * - `another`: the call gets a new token and is replayed
 * - `too-young`: the token is itself a recent replacement, so the call is not replayed
 * - `final`: the source cannot replace tokens, so the call is not replayed
 */
export type RefusalOutcome = 'another' | 'too-young' | 'final';

/**
 * The internal seam between a token source and the HTTP clients.
 *
 * {@link attach} gives each source of this library its attachment. For any other source, `attachmentOf` makes an
 * attachment from `getToken` and `invalidate`.
 */
export interface Attachment extends AttachmentRules {
  /** Name of the provider. */
  readonly provider: string;
  /** Whether the rules hold for every call: the provider has no tenants, or the tenant is known. */
  readonly isTenantKnown: boolean;
  /**
   * Returns the attachment of a call's tenant, synchronously if the tenant is cached. Without tenants, returns this attachment.
   *
   * @throws `ClientCredentialsError` `tenant_required`, `unknown_tenant`, `tenant_unavailable`, `invalid_configuration`
   */
  forCall(request: TokenRequest, call: () => OutboundCall): Attachment | Promise<Attachment>;
  /** Returns the token, synchronously if cached. Throws or rejects if no token could be acquired, or with the signal's reason. */
  getToken(request: TokenRequest, signal?: AbortSignal): CallToken | Promise<CallToken>;
  /** Handles a refusal: drops the token if it is still current. `claims` are the claims that the API demands, as JSON. */
  refuse(token: CallToken, request: TokenRequest, claims?: string): RefusalOutcome | Promise<RefusalOutcome>;
  /** Last token given to {@link noteAccepted}, so that a call notes each token once. */
  acceptedToken: CallToken | undefined;
  /** Notes that the API accepted a token. */
  noteAccepted(token: CallToken): void;
  /** Notes that the API needs more scopes than the token has, whatever the status. Emits an event. */
  noteInsufficientScope(
    token: CallToken,
    request: TokenRequest,
    status: number,
    requiredScopes: readonly string[],
  ): void;
  /** Notes that a call was replayed. `status` is that of the second response. */
  noteReplay(request: TokenRequest, status: number | undefined): void;
}

// Global symbol: two copies of this package in one process share the attachments.
const ATTACHMENTS = Symbol.for('nestjs-client-credentials.attachments');
const shared: typeof globalThis & { [ATTACHMENTS]?: WeakMap<object, Attachment> } = globalThis;
const attachments = (shared[ATTACHMENTS] ??= new WeakMap<object, Attachment>());

/** Gives a source its attachment. Kept in a WeakMap: a property would print the attachment's headers. */
export function attach(source: object, attachment: Attachment): void {
  attachments.set(source, attachment);
}

/** Attachment of a source from any copy of this library; `undefined` for any other object. */
export function attachmentIn(source: object): Attachment | undefined {
  return attachments.get(source);
}
