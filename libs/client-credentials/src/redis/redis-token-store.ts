import { randomUUID } from 'node:crypto';
import { invalidConfiguration } from '../base/errors.js';
import { asObject } from '../base/objects.js';
import type { Lock, TokenStore } from '../config/token-store.js';
import { cipherOf, type EncryptionKey, type ValueCipher } from '../store/encryption.js';
import { hashedKey, wholeMs } from '../store/hashed-key.js';
import {
  commandsOf,
  type IoRedisClient,
  type NodeRedisClient,
  type RedisCommands,
} from './redis-commands.js';

/** Options of a {@link RedisTokenStore}. */
export interface RedisTokenStoreOptions {
  /**
   * Connected client or cluster of `redis` (node-redis 4 to 6) or `ioredis` (5 and 6). The store never closes it.
   */
  client: NodeRedisClient | IoRedisClient;
  /**
   * Encryption keys of 32 bytes, as `Uint8Array` or base64url; or `'plaintext'`.
   *
   * The first key encrypts, every key decrypts. To rotate, put the new key first, and remove the old key once every
   * process has the new one. `'plaintext'` stores tokens unencrypted: for development, or for a Redis that is guarded
   * as well as the client secrets.
   */
  encryptionKeys: EncryptionKey[] | 'plaintext';
  /**
   * Prefix of every Redis key.
   *
   * @defaultValue `'client-credentials'`
   */
  keyPrefix?: string;
}

// Deletes the lock only if this owner still holds it: an expired lock may have a new owner.
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;
// Sets the expiry with the first increment, and again if a counter has none and would never expire.
const INCREMENT = `local count = redis.call('incr', KEYS[1])
if count == 1 or redis.call('pttl', KEYS[1]) < 0 then redis.call('pexpire', KEYS[1], ARGV[1]) end
return count`;

/**
 * Shares tokens between the processes of a fleet, in Redis or Valkey.
 *
 * One process acquires a token and all use it, a refused token is replaced once, and token requests are counted
 * together. Values are encrypted (JWE, A256GCM) and bound to their keys. Keys are hashed. Every entry expires.
 *
 * @example
 * ```ts
 * const client = await createClient({ url: process.env.REDIS_URL }).connect();
 * const store = new RedisTokenStore({ client, encryptionKeys: [process.env.TOKEN_KEY] });
 * const tokens = new TokenManager({ providers, store });
 * ```
 */
export class RedisTokenStore implements TokenStore {
  readonly #redis: RedisCommands;
  readonly #prefix: string;
  readonly #cipher: ValueCipher;

  /** @throws `ClientCredentialsError` `invalid_configuration` for an unusable client or encryption key */
  constructor({ client, encryptionKeys, keyPrefix = 'client-credentials' }: RedisTokenStoreOptions) {
    if (typeof asObject(client)['eval'] !== 'function') {
      throw invalidConfiguration(['client: must be a connected client of redis (node-redis) or ioredis']);
    }
    this.#redis = commandsOf(client);
    this.#prefix = keyPrefix;
    this.#cipher = cipherOf(encryptionKeys);
  }

  async get(key: string): Promise<string | undefined> {
    const name = this.#nameOf(key);
    const encrypted = await this.#redis.get(name);
    return typeof encrypted === 'string' ? this.#cipher.open(name, encrypted) : undefined;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const name = this.#nameOf(key);
    const expiresInMs = wholeMs(ttlMs);
    await this.#redis.set(name, await this.#cipher.seal(name, value), expiresInMs);
  }

  async delete(key: string): Promise<void> {
    await this.#redis.delete(this.#nameOf(key));
  }

  async lock(key: string, ttlMs: number): Promise<Lock | undefined> {
    const name = this.#nameOf(key);
    const owner = randomUUID();
    if (!(await this.#redis.setIfAbsent(name, owner, wholeMs(ttlMs)))) return undefined;
    return { release: async () => void (await this.#redis.run(RELEASE, name, owner)) };
  }

  async increment(key: string, windowMs: number): Promise<number> {
    return Number(await this.#redis.run(INCREMENT, this.#nameOf(key), String(wholeMs(windowMs))));
  }

  #nameOf(key: string): string {
    return `${this.#prefix}:${hashedKey(key)}`;
  }
}
