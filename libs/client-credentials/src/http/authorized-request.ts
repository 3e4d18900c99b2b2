import type { AttachmentRules, CallToken, ProofSigner } from '../token/attachment.js';
import { mayCarryToken } from './allowed-origins.js';
import { addToQuery } from './url.js';

/** Headers of any HTTP client. */
export interface WritableHeaders {
  has(name: string): boolean;
  set(name: string, value: string): void;
}

/** The headers that go with a token, without the proof. */
function tokenHeaders({ placement, headers }: AttachmentRules, token: CallToken): Record<string, string> {
  return 'header' in placement ? { ...headers, [placement.header]: token.authorization } : { ...headers };
}

/** One request on its way, through its redirects: its address, and whether the token is still on it. */
export class AuthorizedRequest {
  /** The first address, with the token if its place is the query; then the address of the last redirect. */
  url: URL;
  hasMoved = false;
  /** Whether the last request carried the token. */
  carriesToken: boolean;
  #headers: Readonly<Record<string, string>>;
  #addedHeaders: readonly string[] | undefined;
  #nonce: string | undefined;
  readonly #token: CallToken;
  readonly #proofSigner: ProofSigner | undefined;
  readonly #isInQuery: boolean;
  readonly #allowed: ReadonlySet<string>;

  constructor(url: URL, token: CallToken, rules: AttachmentRules, allowed: ReadonlySet<string>) {
    const { placement, proofSigner } = rules;
    this.url = new URL(url);
    this.#token = token;
    this.#proofSigner = proofSigner;
    this.#allowed = allowed;
    this.#isInQuery = 'query' in placement;
    this.carriesToken = mayCarryToken(url, allowed);
    if ('query' in placement && this.carriesToken) addToQuery(this.url, placement.query, token.value);
    this.#headers = tokenHeaders(rules, token);
  }

  /** The names of the headers that the library added. A header that the caller had set is not one of them. */
  get addedHeaders(): readonly string[] {
    return this.#addedHeaders ?? [];
  }

  /** Whether each request needs a proof of its own, so that the HTTP client must not follow redirects. */
  get needsProof(): boolean {
    return this.#proofSigner !== undefined;
  }

  /** Signs the proof for the next request, where tokens need one. Call it before {@link applyTo}. */
  async signProof(method: string): Promise<void> {
    if (this.#proofSigner === undefined || !this.carriesToken) return;
    const { headers, nonce } = await this.#proofSigner.sign({ method, url: this.url }, this.#token);
    this.#nonce = nonce;
    this.#headers = { ...this.#headers, ...headers };
  }

  /** Remembers the nonce of a response. Returns whether it is another one than the request's proof had. */
  rememberNonce(headers: Readonly<Record<string, string | undefined>>): boolean {
    if (!this.carriesToken || this.#proofSigner === undefined) return false;
    const nonce = this.#proofSigner.rememberNonce(this.url, headers);
    return nonce !== undefined && nonce !== this.#nonce;
  }

  /** Puts the token and its headers on the request, unless a redirect led where the token may not go. */
  applyTo(headers: WritableHeaders): void {
    if (!this.carriesToken) return;
    this.#addedHeaders ??= Object.keys(this.#headers).filter((name) => !headers.has(name));
    for (const [name, value] of Object.entries(this.#headers)) {
      if (this.#addedHeaders.includes(name) && !headers.has(name)) headers.set(name, value);
    }
  }

  /** Notes that the first request has these added headers, where they were put on without {@link applyTo}. */
  noteApplied(names: readonly string[]): void {
    this.#addedHeaders = names;
  }

  /**
   * Moves the request to another address. The token comes along only if it may, and never comes back. A token in the query
   * does not: the new address is the server's own.
   */
  redirectTo(url: URL): void {
    this.url = url;
    this.hasMoved = true;
    this.carriesToken = this.carriesToken && !this.#isInQuery && mayCarryToken(url, this.#allowed);
  }
}
