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
  ])('signs with %s by default for its kind of key', (algorithm, key) => {
    expect(signingKeyOf({ key }).algorithm).toBe(algorithm);
  });

  it('prefers its own algorithm, then the preferred one, then the alg of the JWK', () => {
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
  ])('signs with the algorithm of a CryptoKey for %s with %s', async (name, hash, algorithm) => {
    const parameters = { name, hash, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
    const { privateKey } = await webcrypto.subtle.generateKey(parameters, false, ['sign', 'verify']);

    expect(signingKeyOf({ key: privateKey }).algorithm).toBe(algorithm);
  });

  it('has one id in every form, and another id with another kid or key', () => {
    const { id } = signingKeyOf({ key: PEM });

    expect(signingKeyOf({ key: EC.privateKey }).id).toBe(id);
    expect(signingKeyOf({ key: JWK }).id).toBe(id);
    expect(signingKeyOf({ key: JSON.stringify(JWK) }).id).toBe(id);
    expect(signingKeyOf({ key: PEM, kid: 'two' }).id).not.toBe(id);
    expect(signingKeyOf({ key: generateKeyPairSync('ed25519').privateKey }).id).not.toBe(id);
  });

  it('takes its kid from the JWK unless kid is set', () => {
    expect(signingKeyOf({ key: { ...JWK, kid: 'one' } }).kid).toBe('one');
    expect(signingKeyOf({ key: { ...JWK, kid: 'one' }, kid: 'two' }).kid).toBe('two');
  });

  it('has a stable id per CryptoKey object', async () => {
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
    ['a public JWK', { key: EC.publicKey.export({ format: 'jwk' }) }, /contains no readable private key/],
    ['a symmetric JWK', { key: { kty: 'oct', k: 'c2VjcmV0' } }, /contains no readable private key/],
    ['other text', { key: '{"not":"a key"}' }, /is not a key: use PEM, a JWK/],
  ])('is refused without being quoted: %s', (_, key, message) => {
    expect(() => signingKeyOf(key)).toThrow(message);
    expect(() => signingKeyOf(key)).not.toThrow(/c2VjcmV0|a key"/);
  });

  it('is distinguished from the path of a file', () => {
    expect(isKeyText(PEM)).toBe(true);
    expect(isKeyText(` ${JSON.stringify(JWK)}`)).toBe(true);
    expect(isKeyText('/run/secrets/key.pem')).toBe(false);
  });
});
