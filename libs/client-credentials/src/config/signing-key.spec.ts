import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isKeyText, signingKeyOf } from './signing-key.js';

const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEM = String(EC.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const JWK = EC.privateKey.export({ format: 'jwk' });

describe('a signing key', () => {
  it.each([
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['ES256', EC.privateKey],
    ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
    ['ES512', generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey],
    ['EdDSA', generateKeyPairSync('ed25519').privateKey],
  ])('signs with %s where that is usual for its kind', (algorithm, key) => {
    expect(signingKeyOf({ key }).algorithm).toBe(algorithm);
  });

  it('signs with what it says, then what is preferred, then what the JWK says', () => {
    const key = {
      ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
      alg: 'PS384',
    };

    expect(signingKeyOf({ key }).algorithm).toBe('PS384');
    expect(signingKeyOf({ key }, 'PS512').algorithm).toBe('PS512');
    expect(signingKeyOf({ key, algorithm: 'RS512' }, 'PS512').algorithm).toBe('RS512');
  });

  it.each([
    ['RSA-PSS', 'SHA-256', 'PS256'],
    ['RSASSA-PKCS1-v1_5', 'SHA-512', 'RS512'],
  ])('signs with what a CryptoKey for %s with %s was made for', async (name, hash, algorithm) => {
    const parameters = { name, hash, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
    const { privateKey } = await webcrypto.subtle.generateKey(parameters, false, ['sign', 'verify']);

    expect(signingKeyOf({ key: privateKey }).algorithm).toBe(algorithm);
  });

  it('is the same key in every form, and another one with another id or algorithm', () => {
    const { id } = signingKeyOf({ key: PEM });

    expect(signingKeyOf({ key: EC.privateKey }).id).toBe(id);
    expect(signingKeyOf({ key: JWK }).id).toBe(id);
    expect(signingKeyOf({ key: JSON.stringify(JWK) }).id).toBe(id);
    expect(signingKeyOf({ key: PEM, kid: 'two' }).id).not.toBe(id);
    expect(signingKeyOf({ key: generateKeyPairSync('ed25519').privateKey }).id).not.toBe(id);
  });

  it('takes its id from the JWK unless it is told another', () => {
    expect(signingKeyOf({ key: { ...JWK, kid: 'one' } }).kid).toBe('one');
    expect(signingKeyOf({ key: { ...JWK, kid: 'one' }, kid: 'two' }).kid).toBe('two');
  });

  it('is known again where it cannot be looked into', async () => {
    const make = () =>
      webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    const [one, two] = await Promise.all([make(), make()]);

    expect(signingKeyOf({ key: one.privateKey }).id).toBe(signingKeyOf({ key: one.privateKey }).id);
    expect(signingKeyOf({ key: one.privateKey }).id).not.toBe(signingKeyOf({ key: two.privateKey }).id);
  });

  it.each<[string, Parameters<typeof signingKeyOf>[0], RegExp]>([
    [
      'too short',
      { key: generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey },
      /less than 2048 bits/,
    ],
    ['of an unknown kind', { key: generateKeyPairSync('x25519').privateKey }, /of kind x25519/],
    ['a public JWK', { key: EC.publicKey.export({ format: 'jwk' }) }, /holds no private key/],
    ['a symmetric JWK', { key: { kty: 'oct', k: 'c2VjcmV0' } }, /holds no private key/],
    ['text of another sort', { key: '{"not":"a key"}' }, /neither PEM, nor a JWK/],
  ])('is refused when it is %s, without being quoted', (_, key, message) => {
    expect(() => signingKeyOf(key)).toThrow(message);
    expect(() => signingKeyOf(key)).not.toThrow(/c2VjcmV0|a key"/);
  });

  it('is told from the path of a file', () => {
    expect(isKeyText(PEM)).toBe(true);
    expect(isKeyText(` ${JSON.stringify(JWK)}`)).toBe(true);
    expect(isKeyText('/run/secrets/key.pem')).toBe(false);
  });
});
