import { createHash, randomUUID } from 'node:crypto';
import { invalidConfiguration } from '../base/errors.js';
import { asObject } from '../base/objects.js';
import type { Lock, TokenStore } from '../config/token-store.js';
import { cipherOf, type EncryptionKey, type ValueCipher } from '../store/encryption.js';
import {
  commandsOf,
  type IoRedisClient,
  type NodeRedisClient,
  type RedisCommands,
} from './redis-commands.js';

/** How a {@link RedisTokenStore} is made. */
export interface RedisTokenStoreOptions {
  /**
   * A connected client, or cluster, of `redis` (node-redis 4 to 6) or `ioredis` (5 and 6). It stays yours: the store never closes
   * it.
   */
  client: NodeRedisClient | IoRedisClient;
  /**
   * Keys of 32 bytes, as `Uint8Array` or base64url. The first encrypts, all decrypt: to rotate, put the new one first, and take
   * the old one out once every process has the new one. `'plaintext'` keeps tokens in clear, for whoever can read the Redis:
   * for development, and for a Redis that is as well guarded as the secrets themselves.
   */
  encryptionKeys: EncryptionKey[] | 'plaintext';
  /**
   * What every key begins with.
   *
   * @defaultValue `'client-credentials'`
   */
  keyPrefix?: string;
}

// Only its own: by now the lock may be somebody else's.
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;
// The window opens with the first, and a counter without an end would be one for ever.
const INCREMENT = `local count = redis.call('incr', KEYS[1])
if count == 1 or redis.call('pttl', KEYS[1]) < 0 then redis.call('pexpire', KEYS[1], ARGV[1]) end
return count`;

/**
 * Keeps tokens in Redis or Valkey, for a fleet: one process acquires a token, all use it; a refused one is replaced once; token
 * requests are counted together. Values are encrypted (JWE, A256GCM) and bound to their keys, keys are hashed, everything has
 * a lifetime.
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
  readonly #seal: ValueCipher;

  /** @throws `ClientCredentialsError` `invalid_configuration` if the client or a key cannot be used */
  constructor({ client, encryptionKeys, keyPrefix = 'client-credentials' }: RedisTokenStoreOptions) {
    if (typeof asObject(client)['eval'] !== 'function') {
      throw invalidConfiguration(['client: must be a client of redis (node-redis) or ioredis']);
    }
    this.#redis = commandsOf(client);
    this.#prefix = keyPrefix;
    this.#seal = cipherOf(encryptionKeys);
  }

  async get(key: string): Promise<string | undefined> {
    const name = this.#nameOf(key);
    const sealed = await this.#redis.get(name);
    return sealed === undefined ? undefined : this.#seal.open(name, sealed);
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const name = this.#nameOf(key);
    await this.#redis.set(name, await this.#seal.seal(name, value), wholeMs(ttlMs));
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
    return `${this.#prefix}:${createHash('sha256').update(key).digest('base64url')}`;
  }
}

function wholeMs(ms: number): number {
  return Math.max(Math.ceil(ms), 1);
}
