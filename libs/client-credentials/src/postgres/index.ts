export type { EncryptionKey } from '../store/encryption.js';
export type { PostgresPool } from './postgres-pool.js';
export { PostgresTokenStore } from './postgres-token-store.js';
export type { PostgresTokenStoreOptions } from './postgres-token-store.js';
