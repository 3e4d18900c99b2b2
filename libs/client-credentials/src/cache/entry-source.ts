import { awake } from '../base/abort.js';
import { inspectAs } from '../base/inspect.js';
import {
  DEFAULT_REQUEST,
  frozenRequest,
  mergeRequests,
  type GetTokenOptions,
  type TokenRequest,
} from '../config/token-request.js';
import type { AccessToken } from '../token/access-token.js';
import type { Attachment, AttachmentRules, RefusalOutcome } from '../token/attachment.js';
import type { Freshness } from '../token/refresh-policy.js';
import type { ReadyToken, TokenSource } from '../token/token-source.js';
import type { TokenEntry } from './token-entry.js';

/** Finds the entries of one provider. */
export interface ProviderEntries {
  readonly provider: string;
  /** The entry for a request, new if need be. */
  entryOf(request: TokenRequest): TokenEntry;
  /** The entry for a request, if there is one. */
  knownEntryOf(request: TokenRequest): TokenEntry | undefined;
  all(): Iterable<TokenEntry>;
  readonly rules: AttachmentRules;
}

/** A {@link TokenSource} over a manager's entries. */
export class EntryTokenSource implements TokenSource {
  static {
    inspectAs(EntryTokenSource, ({ provider }) => `TokenSource { ${provider} }`);
  }

  readonly #api: Attachment;
  readonly #entries: ProviderEntries;
  readonly #defaults: TokenRequest;
  #answer: { readonly token: AccessToken; readonly promise: Promise<AccessToken> } | undefined;

  constructor(entries: ProviderEntries, given: TokenRequest = DEFAULT_REQUEST) {
    const defaults = frozenRequest(given);
    this.#entries = entries;
    this.#defaults = defaults;
    const known = (request: TokenRequest): TokenEntry | undefined =>
      entries.knownEntryOf(mergeRequests(defaults, request));
    this.#api = {
      ...entries.rules,
      isTenantKnown: true,
      // What a source was derived for is as good as said by the call.
      requestFor: (call, wishes) => entries.rules.requestFor(call, mergeRequests(defaults, wishes)),
      refuse: (token, request, claims) => this.refuse(token, request, claims),
      noteAccepted: (token, request) => known(request)?.markAccepted(token.value),
      noteReplay: (request, status) => known(request)?.noteReplay(status),
    };
  }

  get provider(): string {
    return this.#entries.provider;
  }

  /** Not a property of its own, since it holds headers that must not be printed. */
  get api(): Attachment {
    return this.#api;
  }

  /** See {@link Attachment.refuse}. */
  refuse(token: AccessToken, request: TokenRequest, claims?: string): RefusalOutcome {
    const entry = this.#entries.entryOf(mergeRequests(this.#defaults, request));
    return entry.refuse(token.value, claims) === 'leave' ? 'too-young' : 'another';
  }

  peek(request: TokenRequest = DEFAULT_REQUEST): ReadyToken | undefined {
    const merged = mergeRequests(this.#defaults, request);
    const token = this.#entries.entryOf(merged).peek(needOf(merged));
    return token && { source: this, token };
  }

  getToken(options: GetTokenOptions = DEFAULT_REQUEST): Promise<AccessToken> {
    // Not an asynchronous function: the usual answer is there, and it costs no more than to look at it.
    try {
      const merged = mergeRequests(this.#defaults, options);
      const { forceRefresh, signal } = options;
      const need = needOf(merged);
      const entry = this.#entries.entryOf(merged);
      const isUsual = forceRefresh !== true && signal?.aborted !== true;
      const ready = isUsual ? entry.peek(need) : undefined;
      return ready ? this.#promiseOf(ready) : entry.getToken({ forceRefresh, ...need }, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The same promise again, as long as the answer is the same. */
  #promiseOf(token: AccessToken): Promise<AccessToken> {
    if (this.#answer === undefined || this.#answer.token !== token) {
      this.#answer = { token, promise: Promise.resolve(token) };
    }
    return this.#answer.promise;
  }

  async invalidate(token: AccessToken | string): Promise<void> {
    const value = typeof token === 'string' ? token : token.value;
    const entries = new Set([this.#entries.entryOf(this.#defaults), ...this.#entries.all()]);
    await awake(Promise.all([...entries].map((entry) => entry.invalidate(value))));
  }

  reset(): void {
    for (const entry of this.#entries.all()) entry.reset();
  }

  with(request: TokenRequest): TokenSource {
    return new EntryTokenSource(this.#entries, mergeRequests(this.#defaults, request));
  }

  forTenant(): TokenSource {
    return this;
  }

  sourceFor(): TokenSource {
    return this;
  }
}

function needOf({ minRemainingSeconds }: TokenRequest): Freshness | undefined {
  return minRemainingSeconds === undefined ? undefined : { minRemainingMs: minRemainingSeconds * 1000 };
}
