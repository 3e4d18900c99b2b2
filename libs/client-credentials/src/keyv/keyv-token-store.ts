import type { TokenStore } from '../config/token-store.js';
import { cipherOf, type EncryptionKey, type ValueCipher } from '../store/encryption.js';
import { hashedKey, wholeMs } from '../store/hashed-key.js';

/** The used methods of a `Keyv` instance. */
export interface KeyvInstance {
  /** Returns the value of a key, or `undefined`. */
  get(key: string): Promise<unknown>;
  /** Keeps a value for `ttlMs` milliseconds; returns `false` on failure. */
  set(key: string, value: string, ttlMs: number): Promise<unknown>;
  /** Deletes a value. */
  delete(key: string): Promise<unknown>;
}

/** Options of a {@link KeyvTokenStore}. */
export interface KeyvTokenStoreOptions {
  /** `Keyv` instance with any storage adapter. The store never closes it. */
  keyv: KeyvInstance;
  /**
   * Encryption keys of 32 bytes, as `Uint8Array` or base64url; or `'plaintext'`.
   *
   * The first key encrypts, every key decrypts. `'plaintext'` stores tokens unencrypted.
   */
  encryptionKeys: EncryptionKey[] | 'plaintext';
}

/**
 * Keeps tokens in any database that Keyv supports: MySQL, MongoDB, DynamoDB, etcd, Memcached and others.
 *
 * Values are encrypted as in `RedisTokenStore`. Keyv has neither locks nor counters, which has these costs:
 *
 * - A fleet of N processes makes up to N token requests at a cold start or after a revoked token, not one.
 * - A provider with one token per client may briefly refuse the token of another process.
 * - Each process counts `issuance` for itself.
 *
 * Use `RedisTokenStore` or `PostgresTokenStore` where these costs matter.
 *
 * @example
 * ```ts
 * const keyv = new Keyv({ store: new KeyvMongo(url) });
 * const store = new KeyvTokenStore({ keyv, encryptionKeys: [process.env.TOKEN_KEY] });
 * ```
 */
export class KeyvTokenStore implements TokenStore {
  readonly #keyv: KeyvInstance;
  readonly #cipher: ValueCipher;

  /** @throws `ClientCredentialsError` `invalid_configuration` for an unusable encryption key */
  constructor({ keyv, encryptionKeys }: KeyvTokenStoreOptions) {
    this.#keyv = keyv;
    this.#cipher = cipherOf(encryptionKeys);
  }

  async get(key: string): Promise<string | undefined> {
    const name = hashedKey(key);
    const encrypted = await this.#keyv.get(name);
    return typeof encrypted === 'string' ? this.#cipher.open(name, encrypted) : undefined;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const name = hashedKey(key);
    const isKept = await this.#keyv.set(name, await this.#cipher.seal(name, value), wholeMs(ttlMs));
    // Keyv emits database errors as events and returns false.
    if (isKept === false)
      throw new Error(
        'Keyv did not store the value. Listen to the error event of the Keyv instance for the reason.',
      );
  }

  async delete(key: string): Promise<void> {
    await this.#keyv.delete(hashedKey(key));
  }
}
