import type { AccessToken } from './access-token.js';
import type { Attachment, AttachmentRules, RefusalOutcome } from './attachment.js';
import {
  DEFAULT_REQUEST,
  frozenRequest,
  type GetTokenOptions,
  type OutboundCall,
  type TokenRequest,
} from '../config/token-request.js';
import type { Freshness } from './refresh-policy.js';
import type { TokenEntry } from '../cache/token-entry.js';
import { inspectAs } from '../base/inspect.js';
import { awake } from '../base/abort.js';

/**
 * Hands out the tokens of one provider. Ask for a token whenever you need one and do not keep it: a good one is
 * answered at once from memory.
 *
 * @example
 * ```ts
 * const source = tokens.source('billing');
 * const { authorization } = await source.getToken({ scope: 'invoices.write' });
 * ```
 */
export interface TokenSource {
  /** The provider's name. */
  readonly provider: string;
  /** What a layer that puts tokens on calls needs to know. */
  readonly api: Attachment;
  /**
   * A token that is good now.
   *
   * @throws `ClientCredentialsError` if none can be had; the signal's reason if the caller's signal is aborted
   */
  getToken(options?: GetTokenOptions): Promise<AccessToken>;
  /**
   * What {@link getToken} would answer with, if that takes no wait: the token, and who serves it (the source of the tenant, where there are tenants). A
   * renewal that is due is begun.
   */
  peek(request?: TokenRequest): ReadyToken | undefined;
  /** Drops a token, given as it is or by its value, if it is still in use; the next caller gets a new one. */
  invalidate(token: AccessToken | string): Promise<void>;
  /** Forgets failures: the next call may ask the provider at once, whatever it answered before. */
  reset(): void;
  /** The same source, asking for something else unless a call says so itself. */
  with(request: TokenRequest): TokenSource;
  /** The same source for one tenant; where the provider has no tenants, the same source. An explicit tenant wins over `tenantContext`. */
  forTenant(tenant: string): TokenSource;
  /**
   * The source that serves a call: that of its tenant, where the provider has tenants, with what this one was derived for;
   * elsewhere this one. At once where the tenant is known already.
   *
   * @param call - the call, for `tokenFor`, which may name its tenant
   * @throws `ClientCredentialsError` `tenant_required`, `unknown_tenant`, `tenant_unavailable`; `invalid_configuration` if the tenant's options are wrong
   */
  sourceFor(request: TokenRequest, call?: () => OutboundCall): TokenSource | Promise<TokenSource>;
}

/** A token that is there, and the source that serves it. */
export interface ReadyToken {
  readonly source: TokenSource;
  readonly token: AccessToken;
}

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

/** Lays one request over another: what it names wins, parameter by parameter. */
export function mergeRequests(under: TokenRequest, over: TokenRequest): TokenRequest {
  // The same object again, so that what belongs to it is found by reference.
  if (over === DEFAULT_REQUEST || isEmpty(over)) return under;
  if (under === DEFAULT_REQUEST) return over;
  const merged = { ...under, ...withoutUndefined(over) };
  if (under.parameters !== undefined && over.parameters !== undefined) {
    merged.parameters = { ...under.parameters, ...over.parameters };
  }
  return merged;
}

function isEmpty(request: TokenRequest): boolean {
  for (const _ in request) return false;
  return true;
}

function withoutUndefined(request: TokenRequest): TokenRequest {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}
