export type { EncryptionKey } from '../store/encryption.js';
export { KeyvTokenStore } from './keyv-token-store.js';
export type { KeyvInstance, KeyvTokenStoreOptions } from './keyv-token-store.js';
