import { createHash, KeyObject, randomUUID, type webcrypto } from 'node:crypto';
import type { JWK } from 'jose';
import { LruMap } from '../../base/lru-map.js';
import { DPOP_ALGORITHMS, type DpopOptions } from '../../config/credentials.js';
import { signingKeyOf, type SigningKey } from '../../config/signing-key.js';
import type { CallToken, ProofSigner, SignedRequest } from '../../token/attachment.js';
import { UnusableInput } from './private-key.js';

// Token endpoint and API are two origins; responses with an API base URL add a few more.
const MAX_ORIGINS = 100;
const NONCE_HEADER = 'dpop-nonce';
// RFC 9449 §8.1: NQCHAR.
const NONCE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const DEFAULT_ALGORITHM = 'ES256';
// RFC 9864 §4.1.2 deprecates `EdDSA`, which client assertions keep for older servers.
const NEWER_NAMES: Readonly<Record<string, string>> = { EdDSA: 'Ed25519' };

/** A proof and the nonce in it. */
export interface DpopProof {
  readonly proof: string;
  readonly nonce: string | undefined;
}

interface ProofKey {
  readonly algorithm: string;
  readonly privateKey: SigningKey['key'];
  /** Public key, part of every proof. */
  readonly jwk: JWK;
}

/** The key that a client's tokens are bound to. Signs a proof for every request. @see RFC 9449 §4 */
export class DpopKey implements ProofSigner {
  readonly #options: DpopOptions;
  readonly #nonces = new LruMap<string, string>(MAX_ORIGINS);
  #key: Promise<ProofKey> | undefined;
  #thumbprint: Promise<string> | undefined;

  constructor(options: true | DpopOptions) {
    this.#options = options === true ? {} : options;
  }

  /** Thumbprint of the public key, as in a token's `jkt`. @see RFC 9449 §6.1 */
  thumbprint(): Promise<string> {
    this.#thumbprint ??= this.#computeThumbprint();
    return this.#thumbprint;
  }

  /** Signs a proof for one request and its token. The URL is taken without query (RFC 9449 §4.2). */
  async proof({ method, url }: SignedRequest, token?: string): Promise<DpopProof> {
    const { SignJWT } = await import('../../base/jose.js');
    const { algorithm, privateKey, jwk } = await this.#proofKey();
    const nonce = this.#nonces.get(url.origin);
    const proof = await new SignJWT({
      jti: randomUUID(),
      htm: method,
      htu: `${url.origin}${url.pathname}`,
      iat: Math.floor(Date.now() / 1000),
      ...(nonce !== undefined && { nonce }),
      ...(token !== undefined && { ath: createHash('sha256').update(token).digest('base64url') }),
    })
      .setProtectedHeader({ alg: algorithm, typ: 'dpop+jwt', jwk })
      .sign(privateKey);
    return { proof, nonce };
  }

  async sign(request: SignedRequest, token: CallToken): ReturnType<ProofSigner['sign']> {
    const { proof, nonce } = await this.proof(request, token.value);
    return { headers: { DPoP: proof }, nonce };
  }

  rememberNonce({ origin }: URL, headers: Readonly<Record<string, string | undefined>>): string | undefined {
    const nonce = headers[NONCE_HEADER];
    if (nonce === undefined || !NONCE.test(nonce)) return undefined;
    this.#nonces.set(origin, nonce);
    return nonce;
  }

  #proofKey(): Promise<ProofKey> {
    this.#key ??= proofKeyOf(this.#options);
    return this.#key;
  }

  async #computeThumbprint(): Promise<string> {
    const { calculateJwkThumbprint } = await import('../../base/jose.js');
    return calculateJwkThumbprint((await this.#proofKey()).jwk);
  }
}

async function proofKeyOf({ algorithm: configured, keyPair }: DpopOptions): Promise<ProofKey> {
  const { exportJWK, generateKeyPair } = await import('../../base/jose.js');
  if (keyPair === undefined) {
    const algorithm = validated(configured ?? DEFAULT_ALGORITHM);
    const { privateKey, publicKey } = await generateKeyPair(algorithm);
    return { algorithm, privateKey, jwk: await publicJwk(exportJWK, publicKey) };
  }
  try {
    const { privateKey, publicKey } = keyPair;
    const { key, algorithm: usual } = signingKeyOf({
      key: privateKey,
      ...(configured !== undefined && { algorithm: configured }),
    });
    const algorithm = validated(configured ?? NEWER_NAMES[usual] ?? usual);
    return { algorithm, privateKey: key, jwk: await publicJwk(exportJWK, publicKey) };
  } catch {
    throw new UnusableInput(
      'dpop.keyPair cannot be used: check that the two keys belong together and fit dpop.algorithm',
    );
  }
}

/** Public parameters of a key as JWK. */
async function publicJwk(
  exportJWK: (key: KeyObject | webcrypto.CryptoKey) => Promise<JWK>,
  key: KeyObject | webcrypto.CryptoKey,
): Promise<JWK> {
  const { kty, crv, x, y, e, n } = await exportJWK(key);
  return Object.fromEntries(
    Object.entries({ kty, crv, x, y, e, n }).filter(([, part]) => part !== undefined),
  ) as JWK;
}

function validated(algorithm: string): string {
  if (DPOP_ALGORITHMS.some((each) => each === algorithm)) return algorithm;
  throw new UnusableInput(`dpop.algorithm is ${algorithm}: use one of ${DPOP_ALGORITHMS.join(', ')}`);
}
