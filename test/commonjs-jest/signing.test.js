// Run by test/commonjs-jest.e2e-spec.ts in a jest of its own: CommonJS, and no configuration.
const { generateKeyPairSync } = require('node:crypto');
const { TokenManager } = require('nestjs-client-credentials/core');
const { startAuthorizationServer } = require('nestjs-client-credentials/testing');

const bearer = { token_type: 'Bearer', expires_in: 3600 };
let server;

beforeEach(async () => {
  server = await startAuthorizationServer({ clientAuthentication: () => true });
});

afterEach(() => server.close());

async function tokenOf(options) {
  const desk = { tokenUrl: server.tokenUrl, clientId: 'desk', tokenRequest: { attempts: 1 }, ...options };
  const tokens = new TokenManager({ providers: { desk } });
  try {
    return await tokens.source('desk').getToken();
  } finally {
    await tokens.close();
  }
}

const keys = {
  EC: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  RSA: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
};

test.each(Object.keys(keys))('an assertion is signed by a private key, %s', async (kind) => {
  const { value } = await tokenOf({
    clientAuthentication: 'private_key_jwt',
    privateKey: { key: keys[kind]() },
  });

  expect(value).toBe(server.issued[0].value);
  expect(server.tokenRequests[0].parameters.client_assertion.split('.')).toHaveLength(3);
});

test('an assertion is signed by a private key, as PEM', async () => {
  const key = keys.EC().export({ format: 'pem', type: 'pkcs8' });

  await tokenOf({ clientAuthentication: 'private_key_jwt', privateKey: { key, algorithm: 'ES256' } });

  expect(server.tokenRequests[0].parameters.client_assertion.split('.')).toHaveLength(3);
});

test('an assertion is signed by the secret', async () => {
  const clientSecret = 'a-secret-of-at-least-thirty-two-bytes';

  await tokenOf({ clientAuthentication: 'client_secret_jwt', clientSecret });

  expect(server.tokenRequests[0].parameters.client_assertion.split('.')).toHaveLength(3);
});

test('a token is bound to a key by a proof', async () => {
  server.tokenEndpoint.answerNext(1, { body: { ...bearer, access_token: 'bound', token_type: 'DPoP' } });

  const { type } = await tokenOf({ clientSecret: 'secret', dpop: true });

  expect(type).toBe('DPoP');
  expect(server.tokenRequests[0].headers.dpop.split('.')).toHaveLength(3);
});

test('the endpoint is found by discovery', async () => {
  const { origin } = new URL(server.tokenUrl);
  const { createServer } = require('node:http');
  const metadata = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ issuer, token_endpoint: `${origin}/token` }));
  });
  await new Promise((resolve) => metadata.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${metadata.address().port}`;

  try {
    const { value } = await tokenOf({ tokenUrl: undefined, issuer, clientSecret: 'secret' });

    expect(value).toBe(server.issued[0].value);
  } finally {
    metadata.closeAllConnections();
    metadata.close();
  }
});

test('a value of a store is encrypted and decrypted', async () => {
  const { KeyvTokenStore } = require('nestjs-client-credentials/keyv');
  const map = new Map();
  const keyv = {
    get: async (key) => map.get(key),
    set: async (key, value) => map.set(key, value),
    delete: async (key) => map.delete(key),
  };
  const store = new KeyvTokenStore({ keyv, encryptionKeys: [new Uint8Array(32)] });

  await store.set('key', 'a value', 60_000);

  expect(await store.get('key')).toBe('a value');
  expect([...map.values()].join()).not.toContain('a value');
});
