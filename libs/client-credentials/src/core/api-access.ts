import type { CreateAxiosDefaults } from 'axios';
import type { AccessToken } from './access-token.js';
import type { ApiAnswer, OutboundCall, TokenRequest } from './options.js';

/** Where a token goes on a call: a header, or a parameter of the query. */
export type TokenPlacement = { readonly header: string } | { readonly query: string };

/** How a provider's tokens are put on calls, where they may go, and what a refusal looks like. */
export interface ApiRules {
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
  readonly needsData: boolean;
  /** Whether an answer means that the token was refused. */
  isRefusal(answer: ApiAnswer): boolean;
  /** What to ask for, for this call, which is described only where that matters; the call's own wishes win. */
  requestFor(call: () => OutboundCall, wishes: TokenRequest): TokenRequest;
  /** Tells the operator something, once for each topic. */
  warnOnce(topic: string, message: string): void;
}

/** What a layer that puts tokens on calls needs of a source: the rules, and somebody to tell what the API said. */
export interface ApiAccess extends ApiRules {
  /**
   * Reports that the API refused a token, which drops it if it is still the current one. The answer is whether another
   * is worth asking for: not when this one itself replaced a refused one a moment ago.
   */
  refuse(token: AccessToken, request: TokenRequest): boolean;
  /** Reports that the API took a token. */
  noteAccepted(token: AccessToken, request: TokenRequest): void;
  /** Reports that a call was sent once more; `status` is that of the second answer. */
  noteReplay(request: TokenRequest, status: number | undefined): void;
}
