import type { AccessToken } from './access-token.js';
import type { ApiAccess, ApiRules } from './api-access.js';
import type { GetTokenOptions, TokenRequest } from './options.js';
import type { TokenEntry } from './token-entry.js';
import { printAs } from './printed.js';
import { awake } from './wait.js';

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
  readonly api: ApiAccess;
  /**
   * A token that is good now.
   *
   * @throws `ClientCredentialsError` if none can be had; the signal's reason if the caller's signal is aborted
   */
  getToken(options?: GetTokenOptions): Promise<AccessToken>;
  /** Drops a token, given as it is or by its value, if it is still in use; the next caller gets a new one. */
  invalidate(token: AccessToken | string): Promise<void>;
  /** Forgets failures: the next call may ask the provider at once, whatever it answered before. */
  reset(): void;
  /** The same source, asking for something else unless a call says so itself. */
  with(request: TokenRequest): TokenSource;
}

/** Finds the entries of one provider. */
export interface ProviderEntries {
  readonly provider: string;
  entryOf(request: TokenRequest): TokenEntry;
  all(): Iterable<TokenEntry>;
  readonly rules: ApiRules;
}

/** A {@link TokenSource} over a manager's entries. */
export class EntryTokenSource implements TokenSource {
  static {
    printAs(EntryTokenSource, ({ provider }) => `TokenSource { ${provider} }`);
  }

  readonly #api: ApiAccess;
  readonly #entries: ProviderEntries;
  readonly #defaults: TokenRequest;

  constructor(entries: ProviderEntries, defaults: TokenRequest = {}) {
    this.#entries = entries;
    this.#defaults = defaults;
    const entryOf = (request: TokenRequest): TokenEntry => entries.entryOf(mergeRequests(defaults, request));
    this.#api = {
      ...entries.rules,
      // What a source was derived for is as good as said by the call.
      requestFor: (call, wishes) => entries.rules.requestFor(call, mergeRequests(defaults, wishes)),
      refuse: (token, request, claims) => entryOf(request).refuse(token.value, claims) !== 'leave',
      noteAccepted: (token, request) => entryOf(request).prove(token.value),
      noteReplay: (request, status) => entryOf(request).noteReplay(status),
    };
  }

  get provider(): string {
    return this.#entries.provider;
  }

  /** Not a property of its own, since it holds headers that must not be printed. */
  get api(): ApiAccess {
    return this.#api;
  }

  async getToken(options: GetTokenOptions = {}): Promise<AccessToken> {
    const { forceRefresh, signal, ...request } = options;
    const merged = mergeRequests(this.#defaults, request);
    const minRemainingMs = (merged.minRemainingSeconds ?? 0) * 1000;
    return this.#entries.entryOf(merged).getToken({ forceRefresh, minRemainingMs }, signal);
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
}

/** Lays one request over another: what it names wins, parameter by parameter. */
export function mergeRequests(under: TokenRequest, over: TokenRequest): TokenRequest {
  // The same object again, so that its key is found where it was computed before.
  if (Object.keys(over).length === 0) return under;
  const merged = { ...under, ...withoutUndefined(over) };
  if (under.parameters !== undefined && over.parameters !== undefined) {
    merged.parameters = { ...under.parameters, ...over.parameters };
  }
  return merged;
}

function withoutUndefined(request: TokenRequest): TokenRequest {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}
