// What the library uses of jose. Import this file dynamically: most applications sign and encrypt nothing.
// The CommonJS build has a copy of these functions, for loaders that cannot require ES modules (scripts/bundle.mjs).
export {
  calculateJwkThumbprint,
  compactDecrypt,
  CompactEncrypt,
  exportJWK,
  generateKeyPair,
  SignJWT,
} from 'jose';
