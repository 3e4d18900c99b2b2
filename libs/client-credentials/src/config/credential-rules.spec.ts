import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { credentialProblems, methodProblems } from './credential-rules.js';
import { ClientCredentialsError } from '../base/errors.js';
import type { ProviderConfig } from './options.js';
import { validateProvider } from './validate.js';

const BASE = { tokenUrl: 'https://id.example.com/token', clientId: 'desk' };
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const SHORT = generateKeyPairSync('rsa', { modulusLength: 1024 });
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = String(EC.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const JWK = EC.privateKey.export({ format: 'jwk' });

/** Problems that the whole validation of a provider finds. */
function problemsOf(config: object): string[] {
  try {
    validateProvider('desk', { ...BASE, ...config });
    return [];
  } catch (error) {
    if (!(error instanceof ClientCredentialsError)) throw error;
    return error.message
      .split('\n  - ')
      .slice(1)
      .map((line) => line.replace('providers.desk.', ''));
  }
}

describe('credentials are accepted', () => {
  it.each<[string, object]>([
    ['as a key in PEM', { privateKey: { key: PEM } }],
    ['as a JWK', { privateKey: { key: JWK, kid: 'one' } }],
    ['as a JWK in text', { privateKey: { key: JSON.stringify(JWK) } }],
    ['as a KeyObject', { privateKey: { key: EC.privateKey, algorithm: 'ES256' } }],
    ['as the path of a file that may not exist yet', { privateKey: { key: '/run/secrets/key.pem' } }],
    ['as a function', { privateKey: async () => ({ key: PEM }) }],
    [
      'as an RSA key for another algorithm',
      { privateKey: { key: RSA.privateKey }, assertion: { algorithm: 'PS256' } },
    ],
    ['as an assertion in a file', { clientAssertion: { file: '/var/run/token' } }],
    [
      'as an assertion from a function',
      { clientAssertion: () => 'x', clientAuthentication: 'private_key_jwt' },
    ],
    [
      'as a secret that signs',
      { clientSecret: 's', clientAuthentication: 'client_secret_jwt', assertion: { algorithm: 'HS512' } },
    ],
    [
      'as a certificate by its paths',
      { certificate: { cert: '/tls.crt', key: '/tls.key', ca: ['/ca.crt'] } },
    ],
    ['as a certificate from a function', { certificate: () => ({ cert: '', key: '' }) }],
    [
      'as a self-signed certificate',
      { certificate: { cert: '/c', key: '/k' }, clientAuthentication: 'self_signed_tls_client_auth' },
    ],
    [
      'beside a secret that is not used',
      { clientSecret: 's', clientAuthentication: 'private_key_jwt', privateKey: { key: PEM } },
    ],
    [
      'with more header parameters and claims',
      { privateKey: { key: PEM }, assertion: { header: { x5t: 'x' }, claims: { nbf: 1 } } },
    ],
    ['with tokens bound to a generated key', { clientSecret: 's', dpop: true }],
    ['with tokens bound to a configured key', { clientSecret: 's', dpop: { keyPair: EC } }],
    [
      'with an issuer instead of a token endpoint',
      { clientSecret: 's', tokenUrl: undefined, issuer: 'https://id.example.com/t' },
    ],
  ])('%s', (_, config) => {
    expect(problemsOf(config)).toEqual([]);
  });
});

describe('credentials are refused for', () => {
  it.each<[string, object, problem: string]>([
    [
      'a missing key',
      { clientAuthentication: 'private_key_jwt' },
      'privateKey: is needed for private_key_jwt',
    ],
    [
      'a missing certificate',
      { clientAuthentication: 'tls_client_auth' },
      'certificate: is needed for tls_client_auth',
    ],
    [
      'a missing secret',
      { clientAuthentication: 'client_secret_jwt' },
      'clientSecret: is needed for client_secret_jwt',
    ],
    [
      'a key that the method does not use',
      { clientSecret: 's', clientAuthentication: 'client_secret_post', privateKey: { key: PEM } },
      'privateKey: is not used by client_secret_post',
    ],
    [
      'a key beside an assertion',
      { privateKey: { key: PEM }, clientAssertion: { file: 'x' } },
      'clientAssertion: replaces privateKey',
    ],
    [
      'assertion options that the method does not use',
      { clientSecret: 's', assertion: {} },
      'assertion: is not used by client_secret_basic',
    ],
    [
      'a header parameter that the library sets',
      { privateKey: { key: PEM }, assertion: { header: { alg: 'none' } } },
      'assertion.header.alg: is set by the library',
    ],
    [
      'a claim that the library sets',
      { privateKey: { key: PEM }, assertion: { claims: { sub: 'x' } } },
      'assertion.claims.sub: is set by the library',
    ],
    [
      'no lifetime',
      { privateKey: { key: PEM }, assertion: { lifetimeSeconds: 0 } },
      'assertion.lifetimeSeconds: must be more than 0',
    ],
    [
      'an asymmetric algorithm for client_secret_jwt',
      { clientSecret: 's', clientAuthentication: 'client_secret_jwt', assertion: { algorithm: 'ES256' } },
      'assertion.algorithm: must be HS256',
    ],
    ['a public key', { privateKey: { key: EC.publicKey } }, 'privateKey.key: is a public key'],
    [
      'a key of the wrong kind',
      { privateKey: { key: P384.privateKey, algorithm: 'ES256' } },
      'privateKey.key: is a key of kind P-384, which cannot sign with ES256',
    ],
    [
      'invalid PEM',
      { privateKey: { key: '-----BEGIN PRIVATE KEY-----\nx' } },
      'privateKey.key: contains no readable private key',
    ],
    ['a key that is a number', { privateKey: { key: 7 } }, 'privateKey.key: must be a PEM'],
    [
      'a misspelt option of a key',
      { privateKey: { key: PEM, keyId: 'x' } },
      'privateKey.keyId: is no option here; check the spelling',
    ],
    ['an assertion without a file', { clientAssertion: {} }, 'clientAssertion.file: is required'],
    ['a certificate without a key', { certificate: { cert: '/c' } }, 'certificate.key: is required'],
    [
      'an invalid certificate',
      { certificate: { cert: '-----BEGIN x', key: PEM } },
      'certificate: cannot be used',
    ],
    [
      'an unknown algorithm of proofs',
      { clientSecret: 's', dpop: { algorithm: 'HS256' } },
      'dpop.algorithm: must be one of',
    ],
    [
      'a key for proofs that is too short',
      { clientSecret: 's', dpop: { keyPair: SHORT } },
      'dpop.keyPair.privateKey: is an RSA key of less than 2048 bits',
    ],
    [
      'a key of a kind that DPoP does not allow',
      { clientSecret: 's', dpop: { keyPair: P384 } },
      'dpop.keyPair: would sign with ES384',
    ],
    [
      'two private keys',
      { clientSecret: 's', dpop: { keyPair: { ...EC, publicKey: EC.privateKey } } },
      'dpop.keyPair.publicKey: must be an extractable public key',
    ],
    [
      'a bound token under another scheme',
      { clientSecret: 's', dpop: true, dialect: { authorization: { scheme: 'Bearer' } } },
      'dialect.authorization: is for bearer tokens',
    ],
    ['no server at all', { clientSecret: 's', tokenUrl: undefined }, 'tokenUrl: is required'],
    [
      'an issuer without TLS',
      { clientSecret: 's', issuer: 'http://id.example.com' },
      'issuer: must be an https URL',
    ],
    [
      'an issuer with a query',
      { clientSecret: 's', issuer: 'https://id.example.com?x=1' },
      'issuer: must not have a query',
    ],
  ])('%s', (_, config, problem) => {
    const problems = problemsOf(config);

    expect(problems).toHaveLength(1);
    expect(problems[0]?.startsWith(problem) ? problem : problems[0]).toBe(problem);
  });

  it('no rule for a value of the wrong type, which the schema reports', () => {
    const config = {
      privateKey: 7,
      certificate: 'x',
      dpop: 'yes',
      assertion: [],
    } as unknown as ProviderConfig;

    const given = { ...BASE, ...config, clientSecret: 's' };

    expect([...methodProblems(given), ...credentialProblems(given)].map(([path]) => path)).toEqual([
      'privateKey',
      'assertion',
    ]);
  });
});
