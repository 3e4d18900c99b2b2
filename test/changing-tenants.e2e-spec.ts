import axios, { AxiosError, AxiosHeaders, type AxiosInstance } from 'axios';
import { describe, expect, it } from '@jest/globals';
import {
  authorizeAxios,
  authorizeFetch,
  MemoryTokenStore,
  TokenManager,
  type LifetimeOptions,
  type TenantConfig,
  type TenantProviderConfig,
  type TokenSource,
} from 'nestjs-client-credentials/core';
import { FakeClock } from './support/fake-clock.js';
import { failureOf } from './support/the-desk.js';
import { credentialsOf, openTenants, tenantOf, type Tenants } from './support/tenants.js';

/** Axios instance whose calls are for tenant `a`. */
function clientOf({ server, tokens }: Tenants): AxiosInstance {
  const http = axios.create({ baseURL: server.apiUrl, validateStatus: () => true });
  authorizeAxios(http, tokens.source('desk').forTenant('a'));
  return http;
}

/** Credentials with new function objects each time, as from a resolver that reads a vault. */
function freshCredentialsOf(tenant: string): TenantConfig {
  return { clientId: `client-${tenant}`, clientSecret: () => `secret-${tenant}` };
}

describe('the result of tenants', () => {
  it('is copied, so that one object may be reused for every tenant', async () => {
    const template = { clientId: '', clientSecret: '', scope: [''], parameters: { account: '' } };
    const api = { headers: { 'x-account': '' } };
    await using desk = await openTenants({
      provider: {
        tenants: (tenant) => {
          Object.assign(template, credentialsOf(tenant));
          template.scope[0] = `of-${tenant}`;
          template.parameters.account = tenant;
          api.headers['x-account'] = tenant;
          return { ...template, api };
        },
      },
    });
    const source = desk.tokens.source('desk');
    const http = axios.create({ baseURL: desk.server.apiUrl });
    authorizeAxios(http, source);

    await Promise.all([source.getToken({ tenant: 'a' }), source.getToken({ tenant: 'b' })]);
    for (const tenant of ['a', 'b', 'a']) await http.get('/', { clientCredentials: { tenant } });

    const calls = desk.server.apiRequests.map((call) => [tenantOf(call), call.headers['x-account']]);
    expect(calls).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['a', 'a'],
    ]);
    const asked = desk.server.tokenRequests.map(({ parameters: { scope, account } }) => [scope, account]);
    expect(asked).toEqual([
      ['of-a', 'a'],
      ['of-b', 'b'],
    ]);
  });

  it('is compared with the earlier copy, also if the same object has changed', async () => {
    const row = { ...credentialsOf('a'), scope: ['read'] };
    await using desk = await openTenants({
      provider: { tenants: () => row, tenantCache: { ttlSeconds: 60 } },
    });
    const source = desk.tokens.source('desk').forTenant('a');

    await source.getToken();
    row.scope[0] = 'write';
    await source.getToken();
    desk.clock.advance(61_000);
    await source.getToken();

    expect(desk.server.tokenRequests.map(({ parameters }) => parameters['scope'])).toEqual(['read', 'write']);
  });

  it('may be a thenable, such as the query of a database library', async () => {
    const query = (tenant: string): object => {
      const answer = Promise.resolve(credentialsOf(tenant));
      return new Proxy({}, { get: (_, name) => (name === 'then' ? answer.then.bind(answer) : undefined) });
    };
    await using desk = await openTenants({ provider: { tenants: query } });

    await desk.tokens.source('desk').forTenant('a').getToken();

    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('causes a ClientCredentialsError if it cannot be read', async () => {
    const row = Object.defineProperty({}, 'clientId', {
      enumerable: true,
      get: () => {
        throw new Error('the row is gone');
      },
    });
    await using desk = await openTenants({ provider: { tenants: () => row } });

    const error = await failureOf(desk.tokens.source('desk').forTenant('a').getToken());

    expect(error.code).toBe('tenant_unavailable');
  });

  it.each<[string, (source: TokenSource) => TokenSource | Promise<TokenSource>]>([
    ['by name', (source) => source],
    ['as a source of its own', (source) => source.forTenant('a')],
  ])('is requested for the tenant at the time of the call, %s', async (_, of) => {
    await using desk = await openTenants();
    const source = await of(desk.tokens.source('desk'));
    const scope = ['read'];

    const asked = source.getToken({ tenant: 'a', scope });
    scope[0] = 'write';
    await asked;

    expect(desk.server.tokenRequests.map(({ parameters }) => parameters['scope'])).toEqual(['read']);
  });
});

describe('a call in flight', () => {
  it.each([
    ['is asked for again', async (desk: Tenants) => desk.clock.advance(61_000)],
    [
      'is forgotten for want of room',
      (desk: Tenants) => desk.tokens.source('desk').forTenant('b').getToken(),
    ],
  ])('gets a new token after a 401 even if its tenant %s meanwhile', async (_, change) => {
    await using desk = await openTenants({
      provider: { tenants: freshCredentialsOf, tenantCache: { ttlSeconds: 60, max: 1 } },
    });
    const source = desk.tokens.source('desk').forTenant('a');
    const http = clientOf(desk);
    desk.server.api.hold();
    const call = http.get('/held');
    await desk.server.api.received(1);
    await change(desk);
    await source.getToken();

    desk.server.revoke();
    desk.server.api.release();
    const { status } = await call;
    const next = await http.get('/next');

    expect([status, next.status]).toEqual([200, 200]);
    expect(new Set(desk.server.apiRequests.map(tenantOf))).toEqual(new Set(['a']));
  });

  it.each(['axios', 'fetch'])('keeps the client that it started with, by %s', async (by) => {
    let current = 'a';
    await using desk = await openTenants({ provider: { tenants: () => credentialsOf(current) } });
    const fetch = authorizeFetch(desk.tokens.source('desk').forTenant('a'));
    const http = clientOf(desk);
    const call = (path: string): Promise<{ status: number }> =>
      by === 'axios' ? http.get(path) : fetch(desk.server.apiUrl + path);
    desk.server.api.hold();
    const held = call('/held');
    await desk.server.api.received(1);

    current = 'a2';
    desk.server.revoke();
    await desk.tokens.forgetTenant('a');
    desk.server.api.release();
    const { status } = await held;
    const next = await call('/next');

    expect([status, next.status]).toEqual([200, 200]);
    expect(desk.server.apiRequests.map(tenantOf)).toEqual(['a', 'a', 'a2']);
  });

  it('does not change the application’s error that made the tenant unavailable', async () => {
    const own = new AxiosError('no vault', 'E', { headers: new AxiosHeaders(), url: '/vault' }, { id: 7 });
    await using desk = await openTenants({
      provider: {
        tenants: () => {
          throw own;
        },
      },
    });

    await expect(clientOf(desk).get('/a')).rejects.toMatchObject({ code: 'tenant_unavailable', cause: own });
    expect([own.config?.url, own.request]).toEqual(['/vault', { id: 7 }]);
  });

  it('leaves nothing of a forgotten tenant behind', async () => {
    await using desk = await openTenants();
    desk.server.api.hold();
    const call = clientOf(desk).get('/held');
    await desk.server.api.received(1);

    await desk.tokens.forgetTenant('a');
    desk.server.api.release();

    expect((await call).status).toBe(200);
    expect(desk.tokens.snapshot()).toEqual([]);
  });
});

describe('a tenant that is forgotten', () => {
  /** Two managers that share a store, as two processes do. */
  async function openPair(
    max: number,
    provider: Partial<TenantProviderConfig> = {},
  ): Promise<{ desk: Tenants; other: TokenManager } & AsyncDisposable> {
    const clock = new FakeClock();
    const store = new MemoryTokenStore({ clock });
    const desk = await openTenants({
      provider: { tenants: freshCredentialsOf, tenantCache: { max }, ...provider },
      manager: { store },
      clock,
    });
    const other = new TokenManager({ providers: { desk: desk.provider }, store, clock });
    return {
      desk,
      other,
      async [Symbol.asyncDispose]() {
        await other.close();
        await desk[Symbol.asyncDispose]();
      },
    };
  }

  it('is removed from the store too, even if it was dropped from memory before', async () => {
    await using pair = await openPair(1);
    const { desk, other } = pair;
    const old = await desk.tokens.source('desk').forTenant('a').getToken();
    await desk.tokens.source('desk').forTenant('b').getToken();

    desk.clock.advance(1);
    await desk.tokens.forgetTenant('a');
    desk.clock.advance(1);

    expect((await other.source('desk').forTenant('a').getToken()).value).not.toBe(old.value);
  });

  it('stays forgotten, however many tenants are forgotten later', async () => {
    await using pair = await openPair(2);
    const { desk } = pair;
    const source = desk.tokens.source('desk');
    const tenants = ['a', 'b', 'c', 'd'];
    const before = new Map<string, string>();
    for (const tenant of tenants) before.set(tenant, (await source.forTenant(tenant).getToken()).value);

    desk.clock.advance(1);
    for (const tenant of tenants) await desk.tokens.forgetTenant(tenant);
    desk.clock.advance(1);

    for (const tenant of tenants) {
      expect((await source.forTenant(tenant).getToken()).value).not.toBe(before.get(tenant));
    }
  });

  it('does not leave a token of a pending request to later callers', async () => {
    await using pair = await openPair(10);
    const { desk, other } = pair;
    desk.server.tokenEndpoint.hold();
    const early = desk.tokens.source('desk').forTenant('a').getToken();
    await desk.server.tokenEndpoint.received(1);

    desk.clock.advance(1);
    await desk.tokens.forgetTenant('a');
    desk.server.tokenEndpoint.release();
    const old = await early;
    desk.clock.advance(1);

    expect((await other.source('desk').forTenant('a').getToken()).value).not.toBe(old.value);
  });

  const HOUR = 3_600;
  const DAY = 24 * HOUR;

  it.each<[string, LifetimeOptions, LifetimeOptions, number | undefined, number]>([
    ['the tenant’s maxSeconds', { maxSeconds: HOUR }, { maxSeconds: DAY }, DAY, 2 * HOUR],
    ['the tenant’s defaultSeconds', { maxSeconds: HOUR }, { defaultSeconds: DAY }, undefined, 2 * HOUR],
    ['the provider’s defaultSeconds', { maxSeconds: HOUR, defaultSeconds: DAY }, {}, undefined, 2 * HOUR],
    ['a maxSeconds of months', {}, { maxSeconds: 100 * DAY }, 100 * DAY, 32 * DAY],
  ])('stays forgotten as long as its tokens live, by %s', async (_, lifetime, own, expires_in, later) => {
    const tenants = (tenant: string): TenantConfig => ({ ...freshCredentialsOf(tenant), lifetime: own });
    await using pair = await openPair(10, { lifetime, tenants });
    const { desk, other } = pair;
    const body = { access_token: 'old', token_type: 'Bearer', expires_in };
    desk.server.tokenEndpoint.answerNext(1, { body });
    await other.source('desk').forTenant('a').getToken();

    desk.clock.advance(1);
    await desk.tokens.forgetTenant('a');
    desk.clock.advance(later * 1_000);

    expect((await desk.tokens.source('desk').forTenant('a').getToken()).value).not.toBe('old');
  });
});

describe('more concurrent tenants than the cache holds', () => {
  it('are each resolved once, with one token request each', async () => {
    await using desk = await openTenants({ provider: { tenantCache: { max: 5 } } });
    const source = desk.tokens.source('desk');
    const tenants = Array.from({ length: 50 }, (_, index) => `t${index}`);
    const everybody = (): Promise<unknown>[] => tenants.map((tenant) => source.forTenant(tenant).getToken());
    desk.server.tokenEndpoint.hold();

    const first = everybody();
    await desk.server.tokenEndpoint.received(50);
    const second = everybody();
    desk.server.tokenEndpoint.release();
    await Promise.all([...first, ...second]);

    expect(desk.asked.toSorted()).toEqual(tenants.toSorted());
    expect(desk.server.tokenRequests).toHaveLength(50);
  });
});
