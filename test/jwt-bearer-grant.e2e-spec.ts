import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt, jwtVerify, type JWTVerifyResult } from 'jose';
import { MemoryTokenStore, TokenManager, type ProviderConfig } from 'nestjs-client-credentials/core';
import type { AuthorizationServerOptions, RecordedRequest } from 'nestjs-client-credentials/testing';
import { failureOf, openDesk, type Desk } from './support/the-desk.js';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 });
const NEW_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 });

const SERVER: AuthorizationServerOptions = {
  clientAuthentication: () => true,
  dialect: { grantType: JWT_BEARER },
};

/** A provider with nothing but a key and a grant. */
const ROBOT: Partial<ProviderConfig> = {
  clientId: 'robot@example.com',
  privateKey: { key: KEY.privateKey, kid: '2026-11' },
  grant: { type: 'jwt_bearer' },
};

async function openRobot(provider: Partial<ProviderConfig> = {}, desk = {}): Promise<Desk> {
  const own = { clientSecret: undefined, clientAuthentication: undefined, dialect: {} };
  return openDesk({
    server: SERVER,
    // The server's own options speak of a client secret.
    provider: { ...own, ...ROBOT, ...provider } as Partial<ProviderConfig>,
    ...desk,
  });
}

function parametersOf({ text }: RecordedRequest): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

function assertionOf(request: RecordedRequest): string {
  return parametersOf(request)['assertion'] ?? '';
}

function verified(desk: Desk, index = 0, key = KEY): Promise<JWTVerifyResult> {
  const request = desk.server.tokenRequests[index];
  if (request === undefined) throw new Error(`There is no token request ${index}.`);
  return jwtVerify(assertionOf(request), key.publicKey, { currentDate: new Date(desk.clock.now()) });
}

describe('the grant of a service account', () => {
  it('is a JWT that the key signed, and nothing else is sent', async () => {
    await using desk = await openRobot({ scope: 'read write' });

    await desk.source.getToken();

    const [request] = desk.server.tokenRequests;
    expect(request?.headers['authorization']).toBeUndefined();
    expect(parametersOf(request as RecordedRequest)).toEqual({
      grant_type: JWT_BEARER,
      scope: 'read write',
      assertion: expect.any(String),
    });
    const { payload, protectedHeader } = await verified(desk);
    const now = Math.floor(desk.clock.now() / 1000);
    expect(protectedHeader).toEqual({ alg: 'RS256', kid: '2026-11' });
    expect(payload).toEqual({
      iss: 'robot@example.com',
      aud: desk.server.tokenUrl,
      iat: now,
      exp: now + 60,
      jti: expect.any(String),
    });
  });

  it('says what the options of grant say', async () => {
    await using desk = await openRobot({
      grant: {
        type: 'jwt_bearer',
        issuer: 'the-issuer',
        subject: 'someone@example.com',
        audience: 'account-d.example.com',
        claims: { scope: 'signature', tenant: { id: 5 } },
        header: { typ: 'JWT', kid: 'another' },
        lifetimeSeconds: 3_600,
      },
    });

    await desk.source.getToken();

    const { payload, protectedHeader } = await verified(desk);
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'another' });
    expect(payload).toMatchObject({
      iss: 'the-issuer',
      sub: 'someone@example.com',
      aud: 'account-d.example.com',
      scope: 'signature',
      tenant: { id: 5 },
    });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(3_600);
  });

  it('has claims that follow from what is asked for, where they are a function', async () => {
    await using desk = await openRobot({
      scope: 'a b',
      grant: { type: 'jwt_bearer', claims: ({ scope = [] }) => ({ scope: [scope].flat().join(' ') }) },
      dialect: { parameterNames: { scope: null } },
    });

    await desk.source.getToken();
    await desk.source.getToken({ scope: 'c' });

    expect(parametersOf(desk.server.tokenRequests[0] as RecordedRequest)).not.toHaveProperty('scope');
    expect((await verified(desk, 0)).payload['scope']).toBe('a b');
    expect((await verified(desk, 1)).payload['scope']).toBe('c');
  });

  it('is signed anew for each attempt', async () => {
    await using desk = await openRobot();
    desk.server.tokenEndpoint.failNext(1, { status: 503 });

    await desk.source.getToken();

    const ids = desk.server.tokenRequests.map((request) => decodeJwt(assertionOf(request)).jti);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
  });

  it.each<[NonNullable<ProviderConfig['clientAuthentication']>, Partial<ProviderConfig>, object]>([
    ['none', {}, { client_id: 'robot@example.com' }],
    [
      'client_secret_post',
      { clientSecret: 'a-secret' },
      { client_id: 'robot@example.com', client_secret: 'a-secret' },
    ],
    [
      'private_key_jwt',
      {},
      {
        client_id: 'robot@example.com',
        client_assertion: expect.any(String),
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      },
    ],
  ])('goes with the client where clientAuthentication is %s', async (clientAuthentication, more, sent) => {
    await using desk = await openRobot({ clientAuthentication, ...more });

    await desk.source.getToken();

    expect(parametersOf(desk.server.tokenRequests[0] as RecordedRequest)).toEqual({
      grant_type: JWT_BEARER,
      assertion: expect.any(String),
      ...sent,
    });
  });

  it.each([
    [400, 'invalid_grant'],
    [401, 'invalid_client'],
  ])('that is refused is signed with a new key within the call (%i %s)', async (status, error) => {
    let reads = 0;
    await using desk = await openRobot({
      privateKey: () => ({ key: (reads++ === 0 ? KEY : NEW_KEY).privateKey }),
    });
    desk.server.tokenEndpoint.failNext(1, { status, body: { error } });

    await desk.source.getToken();

    await expect(verified(desk, 0, KEY)).resolves.toBeDefined();
    await expect(verified(desk, 1, NEW_KEY)).resolves.toBeDefined();
    expect(desk.events.map(({ type }) => type)).toContain('credentials.rotated');
  });

  it('that is refused fails with advice, and shows no assertion', async () => {
    await using desk = await openRobot();
    desk.server.tokenEndpoint.failNext(1, (request, response) => {
      const error_description = `Bad assertion ${assertionOf(request)}`;
      response.writeHead(400).end(JSON.stringify({ error: 'invalid_grant', error_description }));
    });

    const failure = await failureOf(desk.source.getToken());

    expect(failure).toMatchObject({ code: 'token_request_rejected', oauthError: 'invalid_grant' });
    expect(failure.message).toContain('grant.audience');
    const [request] = desk.server.tokenRequests;
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain(
      assertionOf(request as RecordedRequest),
    );
  });

  it('is part of the identity of a token in a store', async () => {
    const store = new MemoryTokenStore();
    await using desk = await openRobot({}, { manager: { store } });
    const config = { tokenUrl: desk.server.tokenUrl, ...ROBOT } as ProviderConfig;
    const others: Partial<ProviderConfig>[] = [
      { grant: { type: 'jwt_bearer', subject: 'a' } },
      { grant: { type: 'jwt_bearer', subject: 'b' } },
      { grant: { type: 'jwt_bearer', issuer: 'a' } },
      { grant: { type: 'jwt_bearer', audience: 'a' } },
      { grant: { type: 'jwt_bearer', claims: { a: 1 } } },
    ];
    await desk.source.getToken();

    for (const other of others) {
      await new TokenManager({ providers: { desk: { ...config, ...other } }, store })
        .source('desk')
        .getToken();
    }
    await new TokenManager({ providers: { desk: config }, store }).source('desk').getToken();

    expect(desk.server.tokenRequests).toHaveLength(6);
  });

  it('of a tenant takes the place of the provider’s', async () => {
    await using desk = await openRobot({
      grant: { type: 'jwt_bearer', subject: 'nobody', audience: 'somewhere' },
      tenants: (tenant) => ({ grant: { type: 'jwt_bearer', subject: tenant } }),
    });

    await desk.source.forTenant('acme').getToken();

    const { payload } = await verified(desk);
    expect(payload).toMatchObject({ sub: 'acme', aud: desk.server.tokenUrl });
  });

  it('keeps its key where a tenant has a secret of its own', async () => {
    await using desk = await openRobot({
      clientAuthentication: 'client_secret_post',
      tenants: () => ({ clientSecret: 'of-the-tenant' }),
    });

    await desk.source.forTenant('acme').getToken();

    const [request] = desk.server.tokenRequests;
    expect(parametersOf(request as RecordedRequest)).toMatchObject({ client_secret: 'of-the-tenant' });
    await expect(verified(desk)).resolves.toBeDefined();
  });

  it('counts against the budget of token requests', async () => {
    await using desk = await openRobot({ issuance: { limit: 1, windowSeconds: 60 } });
    await desk.source.getToken();

    const failure = await failureOf(desk.source.getToken({ forceRefresh: true }));

    expect(failure.code).toBe('issuance_limit_reached');
  });
});

describe('options that do not fit the grant', () => {
  it.each<[object, string]>([
    [{ privateKey: undefined }, 'providers.desk.privateKey: is needed for grant'],
    [{ clientSecret: 'x' }, 'providers.desk.clientSecret: is not used by grant alone'],
    [{ assertion: { audience: 'x' } }, 'providers.desk.assertion: is not used by grant'],
    [{ parameters: { assertion: 'x' } }, 'providers.desk.parameters.assertion: is set by the library'],
    [
      { grant: { type: 'jwt_bearer', claims: { aud: 'x' } } },
      'providers.desk.grant.claims.aud: is set by the library: use grant.issuer',
    ],
    [
      { grant: { type: 'jwt_bearer', header: { alg: 'none' } } },
      'providers.desk.grant.header.alg: is set by the library: use privateKey.algorithm',
    ],
    [
      { grant: { type: 'jwt-bearer' as 'jwt_bearer' } },
      "providers.desk.grant.type: must be one of 'jwt_bearer'",
    ],
    [
      { grant: { type: 'jwt_bearer', subjct: 'x' } },
      'providers.desk.grant.subjct: is no option here; did you mean "subject"?',
    ],
  ])('are told of by path: %j', (options, message) => {
    const desk = { tokenUrl: 'https://id.example.com/token', ...ROBOT, ...options } as ProviderConfig;

    expect(() => new TokenManager({ providers: { desk } })).toThrow(message);
  });

  it.each<[Partial<ProviderConfig>, string]>([
    [{ parameters: () => ({ assertion: 'x' }) }, 'parameters.assertion: is set by the library'],
    [{ grant: { type: 'jwt_bearer', claims: () => ({ exp: 1 }) } }, 'grant.claims must return'],
  ])('are told of when a function answers them', async (options, message) => {
    await using desk = await openRobot(options);

    const failure = await failureOf(desk.source.getToken());

    expect(failure.message).toContain(message);
    expect(desk.server.tokenRequests).toEqual([]);
  });
});
