import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { TokenManager, type ProviderConfig, type TenantProviderConfig } from 'nestjs-client-credentials/core';
import { startMetadataServer, type MetadataServer } from './support/metadata-server.js';
import { openAuthorizationServer } from './support/open-authorization-server.js';
import { failureOf, openDesk, type Desk, type DeskOptions } from './support/the-desk.js';
import { credentialsOf, openTenants, type Tenants } from './support/tenants.js';

const OIDC = '/.well-known/openid-configuration';
const RFC_8414 = '/.well-known/oauth-authorization-server';
const HOUR_MS = 3_600_000;

/** Client assertion of the first token request. */
function assertionAt({ server }: Desk): string {
  return new URLSearchParams(server.tokenRequests[0]?.text).get('client_assertion') ?? '';
}

interface Announced extends Desk {
  readonly metadata: MetadataServer;
  readonly issuer: string;
}

/** Desk with `issuer` instead of `tokenUrl`; `more` overrides the metadata. */
async function openAnnounced(
  {
    path = '',
    location = `${path}${OIDC}`,
    more = {},
  }: { path?: string; location?: string; more?: object } = {},
  options: DeskOptions = {},
): Promise<Announced> {
  const metadata = await startMetadataServer();
  const issuer = `${metadata.url}${path}`;
  const provider: Partial<ProviderConfig> = { issuer, ...options.provider };
  const desk = await openDesk({ ...options, provider: Object.assign(provider, { tokenUrl: undefined }) });
  metadata.documents.set(location, { issuer, token_endpoint: desk.server.tokenUrl, ...more });
  return Object.assign(desk, {
    metadata,
    issuer,
    async [Symbol.asyncDispose]() {
      await desk.tokens.close();
      await desk.server.close();
      await metadata[Symbol.asyncDispose]();
    },
  });
}

describe('the token endpoint of an issuer', () => {
  it.each([
    ['where OpenID Connect has it', '', OIDC, [OIDC]],
    ['where OpenID Connect has it, below a path', '/tenant', `/tenant${OIDC}`, [`/tenant${OIDC}`]],
    ['where RFC 8414 has it', '', RFC_8414, [OIDC, RFC_8414]],
    [
      'where RFC 8414 has it, before a path',
      '/tenant',
      `${RFC_8414}/tenant`,
      [`/tenant${OIDC}`, `${RFC_8414}/tenant`],
    ],
  ])('is found %s', async (_, path, location, lookups) => {
    await using desk = await openAnnounced({ path, location });

    await desk.source.getToken();

    expect(desk.server.tokenRequests).toHaveLength(1);
    expect(desk.metadata.lookups).toEqual(lookups);
  });

  it('is found at a real server', async () => {
    const client = { client_id: 'desk', client_secret: 'secret' };
    await using server = await openAuthorizationServer({ clients: [client] });
    const desk = { issuer: server.issuer, clientId: 'desk', clientSecret: 'secret' };
    const tokens = new TokenManager({ providers: { desk } });

    await expect(tokens.source('desk').getToken()).resolves.toMatchObject({ type: 'Bearer' });

    expect(server.discoveryRequests).toHaveLength(1);
    await tokens.close();
  });

  it('is looked up once for any number of concurrent callers and tokens', async () => {
    await using desk = await openAnnounced();
    const scopes = Array.from({ length: 20 }, (_, index) => `scope-${index}`);

    await Promise.all(scopes.flatMap((scope) => [1, 2, 3].map(() => desk.source.getToken({ scope }))));
    await desk.source.getToken({ forceRefresh: true });

    expect(desk.metadata.lookups).toHaveLength(1);
  });

  it('is looked up again after an hour', async () => {
    await using desk = await openAnnounced();
    await desk.source.getToken();

    desk.clock.advance(HOUR_MS - 1);
    await desk.source.getToken({ forceRefresh: true });
    const before = desk.metadata.lookups.length;
    desk.clock.advance(1);
    await desk.source.getToken({ forceRefresh: true });

    expect([before, desk.metadata.lookups.length]).toEqual([1, 2]);
  });

  it('stays in use if it cannot be looked up again', async () => {
    await using desk = await openAnnounced();
    await desk.source.getToken();
    desk.clock.advance(HOUR_MS);
    desk.metadata.faults.push('reset', 503);

    await desk.source.getToken({ forceRefresh: true });
    await desk.source.getToken({ forceRefresh: true });

    expect(desk.server.tokenRequests).toHaveLength(3);
    expect(desk.metadata.lookups).toHaveLength(2);
  });

  it('is looked up again if it no longer responds', async () => {
    await using desk = await openAnnounced();
    const path = OIDC;
    const right = desk.metadata.documents.get(path) ?? {};
    desk.metadata.documents.set(path, { ...right, token_endpoint: 'http://127.0.0.1:1/token' });
    await failureOf(desk.source.getToken());
    desk.metadata.documents.set(path, right);
    desk.clock.advance(60_000);

    await expect(desk.source.getToken()).resolves.toMatchObject({ type: 'Bearer' });
  });

  it.each<[string, (number | 'reset' | { body: string })[]]>([
    ['the connection breaks', ['reset']],
    ['the server is overloaded', [503, 429]],
    ['a proxy answers with a page', [{ body: '<html>' }, { body: '<html>' }]],
  ])('is looked up again within the call when %s', async (_, faults) => {
    await using desk = await openAnnounced();
    desk.metadata.faults.push(...faults);

    await expect(desk.source.getToken()).resolves.toMatchObject({ type: 'Bearer' });
  });

  it('that cannot be looked up is a token_endpoint_unavailable error, and the next call tries again', async () => {
    await using desk = await openAnnounced();
    desk.metadata.faults.push(503, 503, 503);

    const error = await failureOf(desk.source.getToken());

    expect(error).toMatchObject({ code: 'token_endpoint_unavailable', retryable: true, endpointStatus: 503 });
    await expect(desk.source.getToken()).resolves.toMatchObject({ type: 'Bearer' });
  });

  it('is not looked up if tokenUrl is configured as well', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const provider = {
      issuer: 'https://id.example.com',
      clientAuthentication: 'private_key_jwt',
      privateKey: { key: privateKey },
    } as const;
    await using desk = await openDesk({ server: { clientAuthentication: () => true }, provider });

    await desk.source.getToken();

    expect(decodeJwt(assertionAt(desk)).aud).toBe('https://id.example.com');
  });
});

describe('an assertion', () => {
  it('has the issuer of the metadata as audience', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const provider = { clientAuthentication: 'private_key_jwt', privateKey: { key: privateKey } } as const;
    await using desk = await openAnnounced({}, { server: { clientAuthentication: () => true }, provider });
    desk.metadata.documents.set(OIDC, { issuer: `${desk.issuer}/`, token_endpoint: desk.server.tokenUrl });

    await desk.source.getToken();

    expect(decodeJwt(assertionAt(desk)).aud).toBe(`${desk.issuer}/`);
  });
});

describe('a server that contradicts the configuration', () => {
  it.each<[string, object, string]>([
    [
      'by its name',
      { issuer: 'https://evil.example' },
      "the metadata at this URL belong to 'https://evil.example'",
    ],
    ['by having no name', { issuer: undefined }, 'the metadata at this URL belong to no issuer'],
    [
      'by a token endpoint in clear',
      { token_endpoint: 'http://id.example.com/token' },
      'have no https token_endpoint',
    ],
    [
      'by the ways in which a client may prove who it is',
      { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
      "clientAuthentication: the server does not support 'client_secret_basic', but 'private_key_jwt'",
    ],
  ])('%s gets no credentials, and the error names the reason', async (_, more, message) => {
    await using desk = await openAnnounced({ more });

    const error = await failureOf(desk.source.getToken());

    expect(error).toMatchObject({ code: 'invalid_configuration', provider: 'desk', retryable: false });
    expect(error.message).toContain(message);
    expect(desk.server.tokenRequests).toHaveLength(0);
  });

  it('by having no metadata gets no credentials either, and the next call asks again', async () => {
    await using desk = await openAnnounced({ location: '/elsewhere' });

    const error = await failureOf(desk.source.getToken());
    desk.metadata.documents.set(OIDC, { issuer: desk.issuer, token_endpoint: desk.server.tokenUrl });

    expect(error).toMatchObject({ code: 'invalid_configuration' });
    expect(error.message).toContain('no metadata at the URLs of RFC 8414 and OpenID Connect (status 404)');
    await expect(desk.source.getToken()).resolves.toMatchObject({ type: 'Bearer' });
  });
});

describe('the issuer of a provider with tenants', () => {
  interface Shared extends AsyncDisposable {
    readonly desk: Tenants;
    readonly metadata: MetadataServer;
  }

  /** A provider with an issuer, whose tenants get `more` of their own. */
  async function openShared(
    more: (tenant: string, found: { issuer: string; tokenUrl: string }) => object,
  ): Promise<Shared> {
    const metadata = await startMetadataServer();
    const issuer = metadata.url;
    const provider: Partial<TenantProviderConfig> = {
      issuer,
      tenants: (tenant) => ({
        ...credentialsOf(tenant),
        ...more(tenant, { issuer, tokenUrl: desk.server.tokenUrl }),
      }),
    };
    const desk = await openTenants({ provider: Object.assign(provider, { tokenUrl: undefined }) });
    for (const path of ['', '/own']) {
      const found = { issuer: `${issuer}${path}`, token_endpoint: desk.server.tokenUrl };
      metadata.documents.set(`${path}${OIDC}`, found);
    }
    return {
      desk,
      metadata,
      async [Symbol.asyncDispose]() {
        await desk[Symbol.asyncDispose]();
        await metadata[Symbol.asyncDispose]();
      },
    };
  }
  const tokensOf = async ({ desk }: Shared, tenants: string[]): Promise<void> => {
    for (const tenant of tenants) await desk.tokens.source('desk').forTenant(tenant).getToken();
  };

  it('is asked once for all tenants that need nothing else', async () => {
    await using shared = await openShared(() => ({}));

    await tokensOf(shared, ['a', 'b', 'c']);

    expect(shared.metadata.lookups).toEqual([OIDC]);
    expect(shared.desk.server.tokenRequests).toHaveLength(3);
  });

  it('is asked again for another issuer, or over a connection of the tenant’s own', async () => {
    const ownWays: Record<string, (found: { issuer: string; tokenUrl: string }) => object> = {
      direct: ({ tokenUrl }) => ({ tokenUrl, issuer: undefined }),
      issuer: ({ issuer }) => ({ issuer: `${issuer}/own` }),
      connection: () => ({ tokenRequest: { axios: { maxRedirects: 0 } } }),
    };
    await using shared = await openShared((tenant, found) => ownWays[tenant]?.(found) ?? {});

    await tokensOf(shared, ['a', 'direct', 'issuer', 'connection', 'b']);

    expect(shared.metadata.lookups.filter((path) => path === `/own${OIDC}`)).toHaveLength(1);
    expect(shared.metadata.lookups.filter((path) => path === OIDC)).toHaveLength(2);
    expect(shared.desk.server.tokenRequests).toHaveLength(5);
  });
});
