import { generateKeyPairSync, webcrypto, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { TokenManager, type ProviderConfig } from 'nestjs-client-credentials/core';
import { openAuthorizationServer } from './support/open-authorization-server.js';
import { failureOf, openDesk } from './support/the-desk.js';

const SECRET = 'a-secret-of-at-least-thirty-two-bytes';
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ED = generateKeyPairSync('ed25519');
const OTHER = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function registered(method: string, ...keys: KeyObject[]): Record<string, unknown> & { client_id: string } {
  return {
    client_id: 'desk',
    client_secret: SECRET,
    token_endpoint_auth_method: method,
    ...(keys.length > 0 && { jwks: { keys: keys.map((key) => key.export({ format: 'jwk' })) } }),
  };
}

/** Token source of a client that is registered at a real server. */
async function askOnce(config: Partial<ProviderConfig>, server: { tokenUrl: string }): Promise<unknown> {
  const tokens = new TokenManager({
    providers: { desk: { tokenUrl: server.tokenUrl, clientId: 'desk', ...config } },
  });
  try {
    return await tokens.source('desk').getToken();
  } finally {
    await tokens.close();
  }
}

const CRYPTO_KEY = await webcrypto.subtle.importKey(
  'pkcs8',
  EC.privateKey.export({ type: 'pkcs8', format: 'der' }),
  { name: 'ECDSA', namedCurve: 'P-256' },
  false,
  ['sign'],
);

describe('a client assertion is taken by a real server', () => {
  it.each<[string, KeyObject, NonNullable<ProviderConfig['privateKey']>]>([
    ['ES256 in PEM', EC.publicKey, { key: String(EC.privateKey.export({ type: 'pkcs8', format: 'pem' })) }],
    ['ES256 as a JWK', EC.publicKey, { key: EC.privateKey.export({ format: 'jwk' }) }],
    ['ES256 by a CryptoKey that cannot be exported', EC.publicKey, { key: CRYPTO_KEY }],
    ['RS256', RSA.publicKey, { key: RSA.privateKey }],
    ['PS256', RSA.publicKey, { key: RSA.privateKey, algorithm: 'PS256' }],
    ['EdDSA from a function', ED.publicKey, async () => ({ key: ED.privateKey })],
  ])('signed with %s', async (_, publicKey, privateKey) => {
    await using server = await openAuthorizationServer({
      clients: [registered('private_key_jwt', publicKey)],
    });

    await expect(askOnce({ privateKey }, server)).resolves.toMatchObject({ type: 'Bearer' });
  });

  it('signed with the secret', async () => {
    await using server = await openAuthorizationServer({ clients: [registered('client_secret_jwt')] });

    const config = { clientSecret: SECRET, clientAuthentication: 'client_secret_jwt' } as const;

    await expect(askOnce(config, server)).resolves.toMatchObject({ type: 'Bearer' });
  });

  it('from outside, as a file and as a function', async () => {
    await using server = await openAuthorizationServer({
      clients: [registered('private_key_jwt', EC.publicKey)],
    });
    const directory = await mkdtemp(join(tmpdir(), 'assertions-'));
    const file = join(directory, 'token');
    await writeFile(file, `${await assertionFor(server.issuer)}\n`);

    await expect(askOnce({ clientAssertion: { file } }, server)).resolves.toMatchObject({ type: 'Bearer' });
    const clientAssertion = () => assertionFor(server.issuer);
    await expect(askOnce({ clientAssertion }, server)).resolves.toMatchObject({ type: 'Bearer' });

    await rm(directory, { recursive: true });
  });
});

describe('a client assertion is refused by a real server', () => {
  it.each<[string, Partial<ProviderConfig>]>([
    ['for the wrong key', { privateKey: { key: OTHER.privateKey } }],
    [
      'for the wrong audience',
      { privateKey: { key: EC.privateKey }, assertion: { audience: 'https://elsewhere' } },
    ],
    [
      'when it has ended',
      { privateKey: { key: EC.privateKey }, assertion: { claims: { nbf: 9_999_999_999 } } },
    ],
  ])('%s', async (_, config) => {
    await using server = await openAuthorizationServer({
      clients: [registered('private_key_jwt', EC.publicKey)],
    });

    const error = await failureOf(askOnce(config, server));

    expect(error).toMatchObject({ code: 'token_request_rejected', oauthError: 'invalid_client' });
    expect(server.tokenRequests).toHaveLength(1);
    expect(inspect(error, { depth: 9 })).not.toMatch(/eyJ/);
  });

  it('for the wrong secret', async () => {
    await using server = await openAuthorizationServer({ clients: [registered('client_secret_jwt')] });

    const config = { clientSecret: `${SECRET}!`, clientAuthentication: 'client_secret_jwt' } as const;

    await expect(failureOf(askOnce(config, server))).resolves.toMatchObject({ oauthError: 'invalid_client' });
  });
});

describe('a client assertion', () => {
  const privateKey = { key: EC.privateKey, kid: 'key-1' };
  const isAsserted = { clientAuthentication: () => true, clientId: 'desk' };

  /** Assertions in the token requests. */
  function assertionsAt({ server }: Awaited<ReturnType<typeof openDesk>>): string[] {
    return server.tokenRequests.map(({ parameters }) => parameters['client_assertion'] as string);
  }

  it('has issuer, subject, audience and a lifetime of one minute', async () => {
    await using desk = await openDesk({
      server: isAsserted,
      provider: { privateKey, clientSecret: undefined } as never,
    });
    await desk.source.getToken();

    const [assertion = ''] = assertionsAt(desk);
    const now = Math.floor(desk.clock.now() / 1000);

    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'ES256', kid: 'key-1' });
    expect(decodeJwt(assertion)).toEqual({
      iss: 'desk',
      sub: 'desk',
      aud: desk.server.tokenUrl,
      iat: now,
      exp: now + 60,
      jti: expect.any(String),
    });
    expect(desk.server.tokenRequests[0]?.parameters).toMatchObject({
      client_id: 'desk',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    expect(desk.server.tokenRequests[0]?.headers.authorization).toBeUndefined();
  });

  it('has the configured headers and claims', async () => {
    const assertion = {
      audience: 'urn:server',
      lifetimeSeconds: 300,
      algorithm: 'PS384',
      header: { x5t: 'thumb' },
      claims: { tenant: 'a' },
    };
    const provider = {
      privateKey: { key: RSA.privateKey },
      clientAuthentication: 'private_key_jwt',
      assertion,
    } as const;
    await using desk = await openDesk({ server: isAsserted, provider });
    await desk.source.getToken();

    const [sent = ''] = assertionsAt(desk);
    const { iat = 0, exp, aud, tenant } = decodeJwt(sent);

    expect(decodeProtectedHeader(sent)).toEqual({ alg: 'PS384', x5t: 'thumb' });
    expect({ lifetime: Number(exp) - iat, aud, tenant }).toEqual({
      lifetime: 300,
      aud: 'urn:server',
      tenant: 'a',
    });
  });

  it('is a new one for every attempt', async () => {
    const provider = { privateKey, clientAuthentication: 'private_key_jwt' } as const;
    await using desk = await openDesk({ server: isAsserted, provider });
    desk.server.failNext(2);
    await desk.source.getToken();

    const ids = assertionsAt(desk).map((assertion) => decodeJwt(assertion).jti);

    expect(new Set(ids).size).toBe(3);
  });

  it('has the configured issuer as audience', async () => {
    const provider = {
      privateKey,
      clientAuthentication: 'private_key_jwt',
      issuer: 'https://id.example.com',
    } as const;
    await using desk = await openDesk({ server: isAsserted, provider });
    await desk.source.getToken();

    expect(decodeJwt(assertionsAt(desk)[0] ?? '').aud).toBe('https://id.example.com');
  });

  it.each<[string, () => Partial<ProviderConfig>, string]>([
    [
      'a key that is not there',
      () => ({ privateKey: { key: '/nowhere/key.pem' } }),
      'The private key of "desk" could not be read: the configured function or file failed (Error ENOENT)',
    ],
    [
      'a function without a key',
      () => ({ privateKey: () => ({}) as never }),
      'privateKey did not give { key, kid?, algorithm? }',
    ],
    [
      'a function with a public key',
      () => ({ privateKey: () => ({ key: EC.publicKey }) }),
      'privateKey.key is a public key',
    ],
    [
      'an assertion that is none',
      () => ({ clientAssertion: () => 'hello' }),
      'clientAssertion did not give a signed JWT',
    ],
    [
      'a file that is not there',
      () => ({ clientAssertion: { file: '/nowhere/token' } }),
      'The client assertion of "desk" could not be read',
    ],
  ])('cannot be made with %s, and the error names the reason', async (_, config, message) => {
    const provider = { clientAuthentication: 'private_key_jwt', ...config() } as const;
    await using desk = await openDesk({ server: isAsserted, provider });

    const error = await failureOf(desk.source.getToken());

    expect(error.message).toContain(message);
    expect(desk.server.tokenRequests).toHaveLength(0);
  });
});

function assertionFor(audience: string): Promise<string> {
  const claims = { iss: 'desk', sub: 'desk', aud: audience, jti: webcrypto.randomUUID() };
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).setExpirationTime('1m').sign(EC.privateKey);
}
