import {
  createHash,
  createPrivateKey,
  createPublicKey,
  KeyObject,
  randomUUID,
  type JsonWebKeyInput,
  type webcrypto,
} from 'node:crypto';
import { isObject } from '../base/objects.js';
import type { JsonWebKey, PrivateKey } from './credentials.js';

/** A private key with its algorithm, ready to sign. */
export interface SigningKey {
  readonly key: KeyObject | webcrypto.CryptoKey;
  readonly kid: string | undefined;
  readonly algorithm: string;
  /** Identifies the key, its `kid` and algorithm. Contains nothing of the private half. */
  readonly id: string;
}

/** Thrown for a key that cannot be used. The message quotes nothing of the key. */
export class UnusableKey extends TypeError {}

// Algorithms by kind of key; the first is the default (RFC 7518 §3.1, RFC 8037 §3.1).
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  rsa: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  ed25519: ['EdDSA', 'Ed25519'],
};
// Curve names of RFC 7518 by their OpenSSL names.
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};
const MIN_RSA_BITS = 2048;

/** Whether a text is PEM, rather than the path of a PEM file. */
export function isPem(text: string): boolean {
  return text.includes('-----BEGIN');
}

/** Whether a text is a key, in PEM or JWK, rather than the path of a key file. */
export function isKeyText(text: string): boolean {
  return isPem(text) || text.trimStart().startsWith('{');
}

/**
 * Reads a private key from any supported form. Files are read by the caller.
 *
 * @throws `UnusableKey` with the reason why the key cannot sign
 */
export function signingKeyOf(
  given: Omit<PrivateKey, 'key'> & { readonly key: unknown },
  preferredAlgorithm?: string,
): SigningKey {
  const key = keyOf(given.key);
  const jwk = jwkOf(given.key);
  const algorithm = given.algorithm ?? preferredAlgorithm ?? jwk?.alg ?? usualAlgorithm(key);
  const kind = kindOf(key);
  if (!ALGORITHMS[kind]?.includes(algorithm)) {
    throw new UnusableKey(
      `is a key of kind ${kind}, which cannot sign with ${algorithm}: use another key or algorithm`,
    );
  }
  const kid = given.kid ?? jwk?.kid;
  return { key, kid, algorithm, id: JSON.stringify([identityOf(key), kid, algorithm]) };
}

function keyOf(given: unknown): SigningKey['key'] {
  if (typeof given === 'string' && isPem(given)) return readPrivateKey(given);
  const jwk = jwkOf(given);
  if (jwk !== undefined) return readPrivateKey({ key: jwk as JsonWebKeyInput['key'], format: 'jwk' });
  if (given instanceof KeyObject || isCryptoKey(given)) {
    if (given.type === 'private') return given;
    throw new UnusableKey(`is a ${given.type} key: use the private key`);
  }
  throw new UnusableKey('is not a key: use PEM, a JWK, a KeyObject or a CryptoKey');
}

function readPrivateKey(from: Parameters<typeof createPrivateKey>[0]): KeyObject {
  try {
    return createPrivateKey(from);
  } catch {
    // The cause is dropped: OpenSSL's message may quote the key.
    throw new UnusableKey('contains no readable private key: use unencrypted PEM (PKCS #8) or a private JWK');
  }
}

function jwkOf(given: unknown): JsonWebKey | undefined {
  if (typeof given !== 'string') return isJwk(given) ? given : undefined;
  if (isPem(given)) return undefined;
  try {
    const parsed: unknown = JSON.parse(given);
    return isJwk(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isJwk(given: unknown): given is JsonWebKey {
  return isObject(given) && typeof given['kty'] === 'string';
}

/** Whether a value is a CryptoKey, by its tag: `instanceof` fails for keys of another realm. */
function isCryptoKey(given: unknown): given is webcrypto.CryptoKey {
  return isObject(given) && Object.prototype.toString.call(given) === '[object CryptoKey]';
}

/** Kind of a key: `rsa`, `ed25519`, or the name of the curve. */
function kindOf(key: SigningKey['key']): string {
  if (!(key instanceof KeyObject)) return kindOfCryptoKey(key);
  const { asymmetricKeyType = 'unknown', asymmetricKeyDetails = {} } = key;
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails.modulusLength ?? 0) < MIN_RSA_BITS) {
    throw new UnusableKey(`is an RSA key of less than ${MIN_RSA_BITS} bits: use a longer key`);
  }
  const curve = asymmetricKeyDetails.namedCurve;
  return asymmetricKeyType === 'ec' ? (CURVES[curve ?? ''] ?? `${curve}`) : asymmetricKeyType;
}

function kindOfCryptoKey({ algorithm }: webcrypto.CryptoKey): string {
  if ('namedCurve' in algorithm) return String(algorithm.namedCurve);
  return algorithm.name.startsWith('RSA') ? 'rsa' : algorithm.name.toLowerCase();
}

/** Default algorithm of a key. An RSA CryptoKey is bound to one algorithm; other RSA keys sign with several. */
function usualAlgorithm(key: SigningKey['key']): string {
  const usual = ALGORITHMS[kindOf(key)]?.[0] ?? 'any algorithm known here';
  if (key instanceof KeyObject || !('hash' in key.algorithm)) return usual;
  const bits = String(Reflect.get(Object(key.algorithm.hash), 'name')).replace('SHA-', '');
  return `${key.algorithm.name === 'RSA-PSS' ? 'PS' : 'RS'}${bits}`;
}

const randomIds = new WeakMap<object, string>();

/** Hash of the public half of a KeyObject; for a CryptoKey, which may not be exportable, a random id per object. */
function identityOf(key: SigningKey['key']): string {
  if (key instanceof KeyObject) {
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
    return createHash('sha256').update(spki).digest('base64url');
  }
  const id = randomIds.get(key) ?? randomUUID();
  randomIds.set(key, id);
  return id;
}
