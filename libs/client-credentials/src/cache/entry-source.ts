import { inspectAs } from '../base/inspect.js';
import {
  DEFAULT_REQUEST,
  frozenRequest,
  mergeRequests,
  type GetTokenOptions,
  type TokenRequest,
} from '../config/token-request.js';
import type { AccessToken } from '../token/access-token.js';
import { attach, type Attachment, type AttachmentRules, type CallToken } from '../token/attachment.js';
import type { Freshness } from '../token/refresh-policy.js';
import type { TokenSource } from '../token/token-source.js';
import type { TokenEntry } from './token-entry.js';

/** The entries of one client. */
export interface ClientEntryLookup {
  readonly provider: string;
  readonly rules: AttachmentRules;
  /** The entry for a request, a new one if need be. */
  entryFor(request: TokenRequest): TokenEntry;
  /** The entry for a request, if there is one. */
  knownEntryFor(request: TokenRequest): TokenEntry | undefined;
  entries(): Iterable<TokenEntry>;
  noteAccepted(token: CallToken): void;
}

/** A {@link TokenSource} over the entries of one client. */
export class EntryTokenSource implements TokenSource {
  static {
    inspectAs(EntryTokenSource, ({ provider }) => `TokenSource { ${provider} }`);
  }

  readonly #client: ClientEntryLookup;
  readonly #defaults: TokenRequest;
  readonly #attachment: Attachment;

  constructor(client: ClientEntryLookup, defaults: TokenRequest = DEFAULT_REQUEST) {
    this.#client = client;
    this.#defaults = frozenRequest(defaults);
    this.#attachment = attachmentOf(client, this.#defaults);
    attach(this, this.#attachment);
  }

  get provider(): string {
    return this.#client.provider;
  }

  /** How the tokens of this source are put on calls. */
  get attachment(): Attachment {
    return this.#attachment;
  }

  getToken(options: GetTokenOptions = DEFAULT_REQUEST): Promise<AccessToken> {
    // No async function: the usual token is cached, and an await would cost more than the look-up.
    try {
      const request = mergeRequests(this.#defaults, options);
      return Promise.resolve(this.#client.entryFor(request).get(freshnessOf(request), options.signal));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  peek(request: TokenRequest = DEFAULT_REQUEST): AccessToken | undefined {
    const merged = mergeRequests(this.#defaults, request);
    return this.#client.entryFor(merged).peek(freshnessOf(merged));
  }

  async invalidate(token: AccessToken | string): Promise<void> {
    const value = typeof token === 'string' ? token : token.value;
    const entries = new Set([this.#client.entryFor(this.#defaults), ...this.#client.entries()]);
    await Promise.all([...entries].map((entry) => entry.invalidate(value)));
  }

  reset(): void {
    for (const entry of this.#client.entries()) entry.reset();
  }

  with(request: TokenRequest): TokenSource {
    return new EntryTokenSource(this.#client, mergeRequests(this.#defaults, request));
  }

  forTenant(): TokenSource {
    return this;
  }
}

function attachmentOf(client: ClientEntryLookup, defaults: TokenRequest): Attachment {
  const { rules, provider } = client;
  const attachment: Attachment = {
    ...rules,
    provider,
    isTenantKnown: true,
    forCall: () => attachment,
    requestFor: (call, request) => rules.requestFor(call, mergeRequests(defaults, request)),
    getToken: (request, signal) => client.entryFor(request).get(freshnessOf(request), signal),
    refuse: (token, request, claims) =>
      client.entryFor(request).refuse(token.value, claims) === 'leave' ? 'too-young' : 'another',
    noteAccepted: (token) => client.noteAccepted(token),
    noteReplay: (request, status) => client.knownEntryFor(request)?.noteReplay(status),
  };
  return attachment;
}

function freshnessOf(request: GetTokenOptions): Freshness | undefined {
  const { forceRefresh, minRemainingSeconds } = request;
  if (forceRefresh === undefined && minRemainingSeconds === undefined) return undefined;
  return {
    forceRefresh,
    ...(minRemainingSeconds !== undefined && { minRemainingMs: minRemainingSeconds * 1000 }),
  };
}
