import type { Agent } from 'node:https';
import type { CreateAxiosDefaults } from 'axios';
import type { ApiAnswer } from '../config/provider-options.js';
import type { OutboundCall, TokenRequest } from '../config/token-request.js';

/** Where a token goes on a call: a header, or a parameter of the query. */
export type TokenPlacement = { readonly header: string } | { readonly query: string };

/** A token as far as a call needs it. */
export interface CallToken {
  readonly value: string;
  /** The value of the header that carries it. */
  readonly authorization: string;
  /** The API's base address, for providers that name one with each token. */
  readonly apiBaseURL?: string | undefined;
  /** The scopes granted, as far as they are known. */
  readonly scopes?: readonly string[] | undefined;
}

/** A request that carries a token and a proof. */
export interface SignedRequest {
  /** Upper case. */
  readonly method: string;
  readonly url: URL;
}

/** Signs the DPoP proofs of calls. @see RFC 9449 §7 */
export interface ProofSigner {
  /** Proves possession of the key for one request: a new proof each time, and the nonce that it holds. */
  sign(
    request: SignedRequest,
    token: CallToken,
  ): Promise<{ readonly headers: Record<string, string>; readonly nonce: string | undefined }>;
  /** Remembers the nonce of a response for later proofs, and returns it. */
  rememberNonce(url: URL, headers: Readonly<Record<string, string | undefined>>): string | undefined;
}

/** How a provider's tokens are put on calls, where they may go, and what a refusal looks like. */
export interface AttachmentRules {
  readonly placement: TokenPlacement;
  /** Headers for every call that gets the token. */
  readonly headers: Readonly<Record<string, string>>;
  /** The configured origins that may get the token, if there are any. */
  readonly allowedOrigins: readonly string[] | undefined;
  /** The configured defaults of an HTTP client for the API, with its base address. */
  readonly defaults: CreateAxiosDefaults;
  /** Whether tokens name the API's base address, so that it is known only with a token. */
  readonly isBaseNamedByToken: boolean;
  /** Whether {@link isRefusal} reads the response's body. */
  readonly readsBody: boolean;
  /** Whether a token adds one header to a call and nothing else depends on the call. */
  readonly isHeaderOnly: boolean;
  /** Whether a response refuses the token. */
  isRefusal(response: ApiAnswer): boolean;
  /**
   * What to ask for, for a call: `tokenFor` and the source's defaults under the call's own options. `undefined` where there are
   * neither, so that the call's own options stand.
   */
  readonly requestFor: ((call: () => OutboundCall, request: TokenRequest) => TokenRequest) | undefined;
  /** Signs proofs, where tokens are bound to a key. */
  readonly proofSigner: ProofSigner | undefined;
  /** The agent that presents the certificate which a token is bound to. */
  agentOf(token: CallToken): Agent | undefined;
  /** Warns the operator, once for each topic. */
  warnOnce(topic: string, message: string): void;
}

/**
 * What to do after a refusal: `another`, get a new token and replay; `too-young`, the token is itself a recent replacement, so do not
 * replay; `final`, the source cannot replace tokens.
 */
export type RefusalOutcome = 'another' | 'too-young' | 'final';

/**
 * The internal seam between a token source and the HTTP clients. A source of this library has one at {@link ATTACHMENT}; for any
 * other source one is made from `getToken` and `invalidate`.
 */
export interface Attachment extends AttachmentRules {
  /** The provider's name. */
  readonly provider: string;
  /** Whether these are the rules for every call, since the provider has no tenants or the tenant is known. */
  readonly isTenantKnown: boolean;
  /**
   * The attachment of the tenant that a call is for; without tenants this one. At once if the tenant is cached.
   *
   * @throws `ClientCredentialsError` `tenant_required`, `unknown_tenant`, `tenant_unavailable`, `invalid_configuration`
   */
  forCall(request: TokenRequest, call: () => OutboundCall): Attachment | Promise<Attachment>;
  /** The token: at once if it is cached. Throws or rejects if none can be had, or with the signal's reason. */
  getToken(request: TokenRequest, signal?: AbortSignal): CallToken | Promise<CallToken>;
  /** Handles a refusal: drops the token if it is still the current one. `claims` is what the API demands, as JSON. */
  refuse(token: CallToken, request: TokenRequest, claims?: string): RefusalOutcome | Promise<RefusalOutcome>;
  /** The token that was noted as accepted last, so that a call need not note it again. */
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

// One for the process, by name: two copies of this package in it understand each other's sources.
const ATTACHMENTS = Symbol.for('nestjs-client-credentials.attachments');

/** Gives a source of this library its attachment. Not a property of the source: the attachment holds headers that must not be printed. */
export function attach(source: object, attachment: Attachment): void {
  attachments().set(source, attachment);
}

/** The attachment of a source of this library, of whichever copy; `undefined` for any other object. */
export function attachmentIn(source: object): Attachment | undefined {
  return attachments().get(source);
}

function attachments(): WeakMap<object, Attachment> {
  const shared: typeof globalThis & { [ATTACHMENTS]?: WeakMap<object, Attachment> } = globalThis;
  return (shared[ATTACHMENTS] ??= new WeakMap());
}
