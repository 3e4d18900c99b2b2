import type { JWSAlgorithm, KeyPair } from 'dpop';
import { LRUCache } from 'lru-cache';
import { KeyObject, type webcrypto } from 'node:crypto';
import type { DpopOptions } from '../../config/credentials.js';
import { signingKeyOf } from '../../config/signing-key.js';
import type { AccessToken } from '../../token/access-token.js';
import type { ProofSigner, SignedRequest } from '../../token/attachment.js';
import { UnusableInput } from './private-key.js';

// Token endpoint and API are two; a token that names its API's address may make it a few more.
const MAX_ORIGINS = 100;
const NONCE_HEADER = 'dpop-nonce';
// RFC 9449 §8.1: NQCHAR.
const NONCE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** The key that a client's tokens are bound to: it signs a proof for every request. @see RFC 9449 §4 */
export class DpopKey implements ProofSigner {
  readonly #options: DpopOptions;
  readonly #nonces = new LRUCache<string, string>({ max: MAX_ORIGINS });
  #pair: Promise<KeyPair> | undefined;
  #thumbprint: Promise<string> | undefined;

  constructor(options: true | DpopOptions) {
    this.#options = options === true ? {} : options;
  }

  /** What tokens say they are bound to. @see RFC 9449 §6.1 (`jkt`) */
  thumbprint(): Promise<string> {
    this.#thumbprint ??= this.#computeThumbprint();
    return this.#thumbprint;
  }

  /** A proof for one request; with the token, if it carries one. The query is no part of it (RFC 9449 §4.2). */
  async proof({ method, url }: SignedRequest, token?: string): Promise<string> {
    const { generateProof } = await import('dpop');
    const address = `${url.origin}${url.pathname}`;
    return generateProof(await this.#keyPair(), address, method, this.#nonces.get(url.origin), token);
  }

  async headersFor(request: SignedRequest, token: AccessToken): Promise<Record<string, string>> {
    return { DPoP: await this.proof(request, token.value) };
  }

  rememberNonce({ origin }: URL, headers: Readonly<Record<string, string | undefined>>): boolean {
    const nonce = headers[NONCE_HEADER];
    if (nonce === undefined || !NONCE.test(nonce) || this.#nonces.get(origin) === nonce) return false;
    this.#nonces.set(origin, nonce);
    return true;
  }

  #keyPair(): Promise<KeyPair> {
    this.#pair ??= keyPairOf(this.#options);
    return this.#pair;
  }

  async #computeThumbprint(): Promise<string> {
    const { calculateThumbprint } = await import('dpop');
    return calculateThumbprint((await this.#keyPair()).publicKey);
  }
}

async function keyPairOf({ algorithm, keyPair }: DpopOptions): Promise<KeyPair> {
  const { generateKeyPair } = await import('dpop');
  if (keyPair === undefined) return generateKeyPair(algorithmOf(algorithm ?? 'ES256'));
  try {
    const { privateKey, publicKey } = keyPair;
    const wanted = algorithmOf(algorithm ?? signingKeyOf({ key: privateKey }).algorithm);
    return {
      privateKey: await cryptoKeyOf(privateKey, wanted),
      publicKey: await cryptoKeyOf(publicKey, wanted),
    };
  } catch {
    throw new UnusableInput(
      'dpop.keyPair cannot be used: see that the two keys belong together and fit dpop.algorithm',
    );
  }
}

async function cryptoKeyOf(
  key: KeyObject | webcrypto.CryptoKey,
  algorithm: JWSAlgorithm,
): Promise<webcrypto.CryptoKey> {
  if (!(key instanceof KeyObject)) return key;
  const { importPKCS8, importSPKI } = await import('jose');
  return key.type === 'private'
    ? importPKCS8(String(key.export({ type: 'pkcs8', format: 'pem' })), algorithm)
    : importSPKI(String(key.export({ type: 'spki', format: 'pem' })), algorithm, { extractable: true });
}

/** EdDSA is the older name of what is always Ed25519 here (RFC 9864 §2.2). */
function algorithmOf(name: string): JWSAlgorithm {
  const known: readonly JWSAlgorithm[] = ['ES256', 'Ed25519', 'RS256', 'PS256'];
  const algorithm = known.find((each) => each === (name === 'EdDSA' ? 'Ed25519' : name));
  if (algorithm === undefined) throw new UnusableInput(`dpop.algorithm is none of ${known.join(', ')}`);
  return algorithm;
}
