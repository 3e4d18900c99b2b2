import { isFrozen, type TokenRequest } from '../config/token-request.js';
import { RequestKeys, type ResolvedRequest } from '../token/token-key.js';
import type { ClientContext } from './client-context.js';
import type { BusyAwareLru } from './lru.js';
import { TokenEntry } from './token-entry.js';

/** LRU of all entries of a manager, each with the entries of its client. */
export type EntryMemory = BusyAwareLru<TokenEntry, ClientEntries>;

/** The entries of one client, by token request. */
export class ClientEntries {
  readonly #keys: RequestKeys;
  /** Settings and collaborators that the entries share. */
  readonly client: ClientContext;
  readonly #memory: EntryMemory;
  readonly #entries = new Map<string, TokenEntry>();
  /** Entry of the last frozen request: most calls of a client have the same request. */
  #latest: { readonly request: TokenRequest; readonly entry: TokenEntry } | undefined;
  #isUsed = false;
  #isForgotten = false;

  /** @param defaults - the configured token request */
  constructor(defaults: TokenRequest, client: ClientContext, memory: EntryMemory) {
    this.#keys = new RequestKeys(defaults);
    this.client = client;
    this.#memory = memory;
  }

  /** Whether an entry was ever created. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** Returns the entry for a request; creates the entry if missing. */
  entryFor(request: TokenRequest): TokenEntry {
    const memory = this.#memory;
    const entry = this.#latest?.request === request ? this.#latest.entry : this.#find(request);
    // An entry that was used a few insertions ago is far from eviction.
    if (memory.insertions - entry.usedAt >= memory.slack) entry.usedAt = memory.markUsed(entry);
    return entry;
  }

  /** Returns the existing entry for a request, or `undefined`. */
  knownEntryFor(request: TokenRequest): TokenEntry | undefined {
    if (this.#latest?.request === request) return this.#latest.entry;
    return this.#entries.get(this.#keys.keyOf(request));
  }

  /** Returns the entry for a request that another client resolved. */
  entryForResolved({ scopes, audience, resources, parameters }: ResolvedRequest): TokenEntry {
    return this.entryFor({
      scope: [...scopes],
      resource: [...resources],
      parameters,
      ...(audience !== undefined && { audience }),
    });
  }

  entries(): Iterable<TokenEntry> {
    return this.#entries.values();
  }

  /** Removes an entry. The next caller with the same request gets a new entry. */
  forget({ key }: TokenEntry): void {
    this.#entries.delete(key);
    this.#latest = undefined;
  }

  /**
   * Removes all entries and returns them.
   *
   * Callers that still hold this client get entries outside the LRU, which end with the client.
   */
  forgetAll(): TokenEntry[] {
    this.#isForgotten = true;
    const entries = [...this.#entries.values()];
    for (const entry of entries) this.#memory.delete(entry);
    this.#entries.clear();
    this.#latest = undefined;
    return entries;
  }

  #find(request: TokenRequest): TokenEntry {
    const key = this.#keys.keyOf(request);
    const entry = this.#entries.get(key) ?? this.#add(key, request);
    if (isFrozen(request)) this.#latest = { request, entry };
    return entry;
  }

  #add(key: string, request: TokenRequest): TokenEntry {
    this.#isUsed = true;
    const entry = new TokenEntry(this.client, this.#keys.resolve(request), key);
    this.#entries.set(key, entry);
    if (!this.#isForgotten) entry.usedAt = this.#memory.set(entry, this);
    return entry;
  }
}
