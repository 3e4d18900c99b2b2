import { inspectAs } from '../base/inspect.js';
import {
  checkedOptions,
  DEFAULT_REQUEST,
  frozenRequest,
  mergeRequests,
  type GetTokenOptions,
  type TokenRequest,
} from '../config/token-request.js';
import type { AccessToken } from '../token/access-token.js';
import { attach, type Attachment, type AttachmentRules } from '../token/attachment.js';
import type { Freshness } from '../token/refresh-policy.js';
import type { TokenSource } from '../token/token-source.js';
import type { ClientEntries } from './client-entries.js';

/** A {@link TokenSource} over the entries of one client. */
export class EntryTokenSource implements TokenSource {
  static {
    inspectAs(EntryTokenSource, ({ provider }) => `TokenSource { ${provider} }`);
  }

  readonly #entries: ClientEntries;
  readonly #rules: AttachmentRules;
  readonly #defaults: TokenRequest;
  readonly #attachment: Attachment;
  #served: { readonly token: AccessToken; readonly promise: Promise<AccessToken> } | undefined;

  constructor(entries: ClientEntries, rules: AttachmentRules, defaults: TokenRequest = DEFAULT_REQUEST) {
    this.#entries = entries;
    this.#rules = rules;
    this.#defaults = frozenRequest(defaults);
    this.#attachment = attachmentOf(entries, rules, this.#defaults);
    attach(this, this.#attachment);
  }

  get provider(): string {
    return this.#entries.client.provider;
  }

  /** Attachment of this source's tokens to calls. */
  get attachment(): Attachment {
    return this.#attachment;
  }

  getToken(options: GetTokenOptions = DEFAULT_REQUEST): Promise<AccessToken> {
    // Not an async function: for a cached token, an await would cost more than the look-up.
    try {
      const request = mergeRequests(this.#defaults, checkedOptions(options, 'getToken'));
      const entry = this.#entries.entryFor(request);
      const token = entry.get(freshnessOf(request), options.signal);
      if (token instanceof Promise) return token;
      // One promise per token: creating a promise costs more than the look-up.
      if (token !== this.#served?.token) this.#served = { token, promise: Promise.resolve(token) };
      return this.#served.promise;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  peek(request: TokenRequest = DEFAULT_REQUEST): AccessToken | undefined {
    const merged = mergeRequests(this.#defaults, request);
    return this.#entries.entryFor(merged).peek(freshnessOf(merged));
  }

  async invalidate(token: AccessToken | string): Promise<void> {
    const value = typeof token === 'string' ? token : token.value;
    const entries = new Set([this.#entries.entryFor(this.#defaults), ...this.#entries.entries()]);
    await Promise.all([...entries].map((entry) => entry.invalidate(value)));
  }

  reset(): void {
    for (const entry of this.#entries.entries()) entry.reset();
  }

  with(request: TokenRequest): TokenSource {
    return new EntryTokenSource(
      this.#entries,
      this.#rules,
      mergeRequests(this.#defaults, checkedOptions(request, 'with')),
    );
  }

  forTenant(): TokenSource {
    return this;
  }
}

function attachmentOf(entries: ClientEntries, rules: AttachmentRules, defaults: TokenRequest): Attachment {
  const { provider, displacedTokens } = entries.client;
  const { requestFor } = rules;
  const attachment: Attachment = {
    ...rules,
    provider,
    isTenantKnown: true,
    acceptedToken: undefined,
    forCall: () => attachment,
    requestFor:
      requestFor === undefined && defaults === DEFAULT_REQUEST
        ? undefined
        : (call, request) => {
            const merged = mergeRequests(defaults, request);
            return requestFor === undefined ? merged : requestFor(call, merged);
          },
    getToken: (request, signal) => {
      const needsFreshness = request.minRemainingSeconds !== undefined;
      return entries.entryFor(request).get(needsFreshness ? freshnessOf(request) : undefined, signal);
    },
    refuse: (token, request, claims) =>
      entries.entryFor(request).refuse(token.value, claims) === 'leave' ? 'too-young' : 'another',
    noteAccepted: displacedTokens.noteAccepted,
    noteInsufficientScope: ({ scopes = [] }, request, status, requiredScopes) =>
      entries.entryFor(request).noteInsufficientScope(status, requiredScopes, scopes),
    noteReplay: (request, status) => entries.knownEntryFor(request)?.noteReplay(status),
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
