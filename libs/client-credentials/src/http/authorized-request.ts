import type { AccessToken } from '../token/access-token.js';
import type { AttachmentRules, ProofSigner } from '../token/attachment.js';
import { mayCarryToken } from './allowed-origins.js';
import { addToQuery } from './url.js';

/** Headers of whichever HTTP client. */
export interface WritableHeaders {
  has(name: string): boolean;
  set(name: string, value: string): void;
}

/** One request on its way, redirects included: where it is, and whether the token is still with it. */
export class AuthorizedRequest {
  /** Where it goes first, the token included if its place is the query; then where it was redirected to. */
  url: URL;
  hasMoved = false;
  /** Whether the last request carried the token. */
  carriesToken: boolean;
  #headers: Readonly<Record<string, string>>;
  readonly #token: AccessToken;
  readonly #proofSigner: ProofSigner | undefined;
  #own: readonly string[] | undefined;
  readonly #isInQuery: boolean;
  readonly #allowed: ReadonlySet<string>;

  constructor(
    url: URL,
    token: AccessToken,
    { placement, headers, proofSigner }: AttachmentRules,
    allowed: ReadonlySet<string>,
  ) {
    this.url = new URL(url);
    this.#token = token;
    this.#proofSigner = proofSigner;
    this.#allowed = allowed;
    this.#isInQuery = 'query' in placement;
    this.carriesToken = mayCarryToken(url, allowed);
    if ('query' in placement && this.carriesToken) addToQuery(this.url, placement.query, token.value);
    this.#headers = 'header' in placement ? { ...headers, [placement.header]: token.authorization } : headers;
  }

  /** The names of the headers that were put on for the token; one that the caller had set is the caller's. */
  get addedHeaders(): readonly string[] {
    return this.#own ?? [];
  }

  /** Whether each request needs a proof of its own, so that a redirect cannot be followed in passing. */
  get needsProof(): boolean {
    return this.#proofSigner !== undefined;
  }

  /** Makes the proof for the next request, if tokens need one. To be called before {@link applyTo}. */
  async signProof(method: string): Promise<void> {
    if (this.#proofSigner === undefined || !this.carriesToken) return;
    const proof = await this.#proofSigner.headersFor({ method, url: this.url }, this.#token);
    this.#headers = { ...this.#headers, ...proof };
  }

  /** Takes note of what an answer says for later proofs. True if it says anything new. */
  rememberNonce(headers: Readonly<Record<string, string | undefined>>): boolean {
    return this.carriesToken && this.#proofSigner?.rememberNonce(this.url, headers) === true;
  }

  /** Puts the token, and what goes with it, on the request, unless it has left the origins that may have it. */
  applyTo(headers: WritableHeaders): void {
    if (!this.carriesToken) return;
    this.#own ??= Object.keys(this.#headers).filter((name) => !headers.has(name));
    for (const [name, value] of Object.entries(this.#headers)) {
      if (this.#own.includes(name) && !headers.has(name)) headers.set(name, value);
    }
  }

  /**
   * Goes on to another address. The token comes along only if it may, and never comes back once it was left behind; one
   * in the query stays, since the new address is the server's own.
   */
  redirectTo(url: URL): void {
    this.url = url;
    this.hasMoved = true;
    this.carriesToken = this.carriesToken && !this.#isInQuery && mayCarryToken(url, this.#allowed);
  }
}
