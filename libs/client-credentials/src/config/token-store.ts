/** A lock that this process holds. */
export interface Lock {
  /** Frees the lock, unless it has expired and somebody else holds it by now. */
  release(): Promise<void>;
}

/**
 * Keeps tokens outside the memory of a {@link TokenManager}, so that other processes can share them.
 *
 * The manager's own memory is in front of any store: a store is used only when a token is acquired. A store that
 * fails costs token requests, never a call.
 *
 * Keys are hashes. Values contain tokens in clear: a store that leaves the process must encrypt them. With `lock`,
 * a fleet acquires a token once; with `increment`, a fleet counts its token requests together. Without them each
 * process does so for itself. `tokenStoreContract` of `/testing` checks a store of your own.
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
   * Largest number of tokens, a whole number from 1 on, if the store is bounded. The manager's own memory keeps as many.
   *
   * @defaultValue 10000
   */
  readonly maxEntries?: number;
  /** Returns the value of a key, or `undefined`. */
  get(key: string): Promise<string | undefined>;
  /** Keeps a value for `ttlMs` milliseconds. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Deletes a value. A missing value is no error. */
  delete(key: string): Promise<void>;
  /**
   * Takes a lock that expires after `ttlMs` milliseconds; returns `undefined` if somebody else holds it.
   *
   * A store that cannot decide rejects.
   */
  lock?(key: string, ttlMs: number): Promise<Lock | undefined>;
  /** Adds one to a counter and returns its value; the counter starts again `windowMs` milliseconds after its first increment. */
  increment?(key: string, windowMs: number): Promise<number>;
  /** Frees the store's resources; called when the manager closes. */
  close?(): Promise<void>;
}
