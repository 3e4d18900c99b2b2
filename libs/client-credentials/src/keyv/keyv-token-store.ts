import { createHash } from 'node:crypto';
import type { TokenStore } from '../config/token-store.js';
import { cipherOf, type EncryptionKey, type ValueCipher } from '../store/encryption.js';

/** An instance of `keyv`, as far as it is used. */
export interface KeyvInstance {
  /** The value, if it is there. */
  get(key: string): Promise<unknown>;
  /** Keeps a value for so long; `false` if it could not. */
  set(key: string, value: string, ttlMs: number): Promise<unknown>;
  /** Forgets a value. */
  delete(key: string): Promise<unknown>;
}

/** How a {@link KeyvTokenStore} is made. */
export interface KeyvTokenStoreOptions {
  /** An instance of `keyv`, over whichever engine. It stays yours: the store never closes it. */
  keyv: KeyvInstance;
  /**
   * Keys of 32 bytes, as `Uint8Array` or base64url. The first encrypts, all decrypt. `'plaintext'` keeps tokens in clear, for
   * whoever can read the engine.
   */
  encryptionKeys: EncryptionKey[] | 'plaintext';
}

/**
 * Keeps tokens in any engine that Keyv speaks: Postgres, MySQL, MongoDB, DynamoDB, etcd, Memcached and others. Values are
 * encrypted as in `RedisTokenStore`.
 *
 * Keyv has no locks and no counters. What that costs: processes that find no token at the same moment each acquire one, so that a fleet
 * of N that starts cold, or whose token is revoked, may make up to N token requests instead of one, and a provider that keeps one
 * token per client may log the others out for a moment; `issuance` is counted by each process for itself. Where that matters,
 * use `RedisTokenStore`.
 *
 * @example
 * ```ts
 * const keyv = new Keyv({ store: new KeyvPostgres(url) });
 * const store = new KeyvTokenStore({ keyv, encryptionKeys: [process.env.TOKEN_KEY] });
 * ```
 */
export class KeyvTokenStore implements TokenStore {
  readonly #keyv: KeyvInstance;
  readonly #seal: ValueCipher;

  /** @throws `ClientCredentialsError` `invalid_configuration` if a key cannot be used */
  constructor({ keyv, encryptionKeys }: KeyvTokenStoreOptions) {
    this.#keyv = keyv;
    this.#seal = cipherOf(encryptionKeys);
  }

  async get(key: string): Promise<string | undefined> {
    const name = nameOf(key);
    const sealed = await this.#keyv.get(name);
    return typeof sealed === 'string' ? this.#seal.open(name, sealed) : undefined;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const name = nameOf(key);
    const isKept = await this.#keyv.set(
      name,
      await this.#seal.seal(name, value),
      Math.max(Math.ceil(ttlMs), 1),
    );
    // Keyv tells errors of its engine as events, and answers false.
    if (isKept === false) throw new Error('Keyv did not keep the value.');
  }

  async delete(key: string): Promise<void> {
    await this.#keyv.delete(nameOf(key));
  }
}

function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
