export type { EncryptionKey } from '../store/encryption.js';
export type { IoRedisClient, NodeRedisClient } from './redis-commands.js';
export { RedisTokenStore } from './redis-token-store.js';
export type { RedisTokenStoreOptions } from './redis-token-store.js';
