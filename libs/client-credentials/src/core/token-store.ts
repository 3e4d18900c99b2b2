/**
 * Keeps tokens for a {@link TokenManager}, and for others that share it. In front of any store stands the manager's
 * own memory, so that a store is asked only when a token is acquired. A store that fails costs token requests, never
 * a call.
 *
 * Keys are hashes. Values are opaque and hold tokens in clear: a store that leaves the process must encrypt them.
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
  /** The value kept under the key, or `undefined`. */
  get(key: string): Promise<string | undefined>;
  /** Keeps a value for `ttlMs` milliseconds. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Forgets a value; no error if there is none. */
  delete(key: string): Promise<void>;
  /** Called when the manager closes. */
  close?(): Promise<void>;
}
