/** A lock that is held. */
export interface Lock {
  /** Frees it, if it is still this holder's. */
  release(): Promise<void>;
}

/**
 * Keeps tokens for a {@link TokenManager}, and for others that share it. In front of any store stands the manager's
 * own memory, so that a store is asked only when a token is acquired. A store that fails costs token requests, never
 * a call.
 *
 * Keys are hashes. Values are opaque and hold tokens in clear: a store that leaves the process must encrypt them. With `lock`
 * a whole fleet acquires a token once; with `increment` it counts its token requests together. Without them each process does
 * so for itself. `tokenStoreContract` of `/testing` tells whether a store does what is expected of it.
 *
 * @example
 * ```ts
 * const store: TokenStore = {
 *   get: async (key) => map.get(key),
 *   set: async (key, value) => void map.set(key, value),
 *   delete: async (key) => void map.delete(key),
 * };
 * ```
 */
export interface TokenStore {
  /**
   * How many tokens it keeps, if that is bounded. The manager's own memory keeps as many.
   *
   * @defaultValue 10000
   */
  readonly maxEntries?: number;
  /** The value kept under the key, or `undefined`. */
  get(key: string): Promise<string | undefined>;
  /** Keeps a value for `ttlMs` milliseconds. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Forgets a value; no error if there is none. */
  delete(key: string): Promise<void>;
  /**
   * Takes a lock, which is free again after `ttlMs` milliseconds at the latest; `undefined` if somebody else holds it. A store that
   * cannot tell rejects.
   */
  lock?(key: string, ttlMs: number): Promise<Lock | undefined>;
  /** Adds one to a counter that begins anew `windowMs` milliseconds after its first; the answer is what it stands at. */
  increment?(key: string, windowMs: number): Promise<number>;
  /** Called when the manager closes. */
  close?(): Promise<void>;
}
