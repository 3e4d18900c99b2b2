import { isFrozen, type TokenRequest } from '../config/token-request.js';
import { RequestKeys, type ResolvedRequest } from '../token/token-key.js';
import type { ClientContext } from './client-context.js';
import type { BusyAwareLru } from './lru.js';
import { TokenEntry } from './token-entry.js';

/** The entries of all clients of a manager, each with those of its own client. */
export type EntryMemory = BusyAwareLru<TokenEntry, ClientEntries>;

/** The entries of one client, found by what is asked for. */
export class ClientEntries {
  readonly #keys: RequestKeys;
  /** What the entries share. */
  readonly client: ClientContext;
  readonly #memory: EntryMemory;
  readonly #entries = new Map<string, TokenEntry>();
  /** Most calls of a client ask for the same. */
  #latest: { readonly request: TokenRequest; readonly entry: TokenEntry } | undefined;
  #isUsed = false;
  #isForgotten = false;

  /** @param settings - what is asked for where a request does not say */
  constructor(settings: TokenRequest, client: ClientContext, memory: EntryMemory) {
    this.#keys = new RequestKeys(settings);
    this.client = client;
    this.#memory = memory;
  }

  /** Whether any was ever asked for. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** The entry for a request, new if need be. */
  entryFor(request: TokenRequest): TokenEntry {
    const memory = this.#memory;
    const entry = this.#latest?.request === request ? this.#latest.entry : this.#find(request);
    // An entry that was used a few insertions ago is far from eviction.
    if (memory.insertions - entry.usedAt >= memory.slack) entry.usedAt = memory.markUsed(entry);
    return entry;
  }

  /** The entry for a request, if there is one. */
  knownEntryFor(request: TokenRequest): TokenEntry | undefined {
    if (this.#latest?.request === request) return this.#latest.entry;
    return this.#entries.get(this.#keys.keyOf(request));
  }

  /** The entry for a request that was resolved already, by another client. */
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

  /** Forgets an entry: who asks for the same begins anew. */
  forget({ key }: TokenEntry): void {
    this.#entries.delete(key);
    this.#latest = undefined;
  }

  /**
   * Forgets every entry. The answer is what there was. What those ask for who found the client before is theirs alone, and gone with them.
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
