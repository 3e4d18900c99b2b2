import {
  createHash,
  createPrivateKey,
  createPublicKey,
  KeyObject,
  randomUUID,
  type JsonWebKeyInput,
  type webcrypto,
} from 'node:crypto';
import type { JsonWebKey, PrivateKey } from './credentials.js';
import { isObject } from '../base/objects.js';

/** A private key, ready to sign. */
export interface SigningKey {
  readonly key: KeyObject | webcrypto.CryptoKey;
  readonly kid: string | undefined;
  readonly algorithm: string;
  /** Tells it from other keys. It gives nothing of the key away. */
  readonly id: string;
}

/** A key cannot be used. Its message quotes nothing of it. */
export class UnusableKey extends TypeError {}

// RFC 7518 §3.1, RFC 8037 §3.1. The first is what is usual for a kind of key.
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  rsa: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  ed25519: ['EdDSA', 'Ed25519'],
};
// The names of the same curves in OpenSSL.
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};
const MIN_RSA_BITS = 2048;

/** Whether a text holds PEM, rather than the path of a file that does. */
export function isPem(text: string): boolean {
  return text.includes('-----BEGIN');
}

/** Whether a text holds a key, as PEM or as a JWK, rather than the path of a file that does. */
export function isKeyText(text: string): boolean {
  return isPem(text) || text.trimStart().startsWith('{');
}

/**
 * Reads a private key, whatever it is given as; what is to be read from a file was read already.
 *
 * @throws `UnusableKey` which says why it cannot sign
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
    throw new UnusableKey(`is a key of kind ${kind}, which cannot sign with ${algorithm}`);
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
    throw new UnusableKey(`is a ${given.type} key: a private one is needed`);
  }
  throw new UnusableKey('is neither PEM, nor a JWK, a KeyObject or a CryptoKey');
}

function readPrivateKey(from: Parameters<typeof createPrivateKey>[0]): KeyObject {
  try {
    return createPrivateKey(from);
  } catch {
    // The reason is not kept: it may quote what was read.
    throw new UnusableKey(
      'holds no private key that can be read: unencrypted PEM (PKCS #8) or a private JWK is needed',
    );
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

/** By its shape: a CryptoKey of another realm is as good. */
function isCryptoKey(given: unknown): given is webcrypto.CryptoKey {
  return isObject(given) && Object.prototype.toString.call(given) === '[object CryptoKey]';
}

/** `rsa`, `ed25519`, or the curve. */
function kindOf(key: SigningKey['key']): string {
  if (!(key instanceof KeyObject)) return kindOfCryptoKey(key);
  const { asymmetricKeyType = 'unknown', asymmetricKeyDetails = {} } = key;
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails.modulusLength ?? 0) < MIN_RSA_BITS) {
    throw new UnusableKey(`is an RSA key of less than ${MIN_RSA_BITS} bits`);
  }
  const curve = asymmetricKeyDetails.namedCurve;
  return asymmetricKeyType === 'ec' ? (CURVES[curve ?? ''] ?? `${curve}`) : asymmetricKeyType;
}

function kindOfCryptoKey({ algorithm }: webcrypto.CryptoKey): string {
  if ('namedCurve' in algorithm) return String(algorithm.namedCurve);
  return algorithm.name.startsWith('RSA') ? 'rsa' : algorithm.name.toLowerCase();
}

/** A CryptoKey is made for one algorithm; other keys can be used for several. */
function usualAlgorithm(key: SigningKey['key']): string {
  const usual = ALGORITHMS[kindOf(key)]?.[0] ?? 'any algorithm known here';
  if (key instanceof KeyObject || !('hash' in key.algorithm)) return usual;
  const bits = String(Reflect.get(Object(key.algorithm.hash), 'name')).replace('SHA-', '');
  return `${key.algorithm.name === 'RSA-PSS' ? 'PS' : 'RS'}${bits}`;
}

const opaque = new WeakMap<object, string>();

/** The hash of its public half; of a key that cannot be looked into, a name of its own. */
function identityOf(key: SigningKey['key']): string {
  if (key instanceof KeyObject) {
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
    return createHash('sha256').update(spki).digest('base64url');
  }
  const name = opaque.get(key) ?? randomUUID();
  opaque.set(key, name);
  return name;
}
