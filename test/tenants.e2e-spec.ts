import axios, { type AxiosAdapter } from 'axios';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it } from '@jest/globals';
import {
  authorizeAxios,
  authorizeFetch,
  currentTenant,
  runWithTenant,
  TokenManager,
  type AccessToken,
  type TenantConfig,
} from 'nestjs-client-credentials/core';
import { TokenClient } from 'nestjs-client-credentials';
import { failureOf } from './support/the-desk.js';
import { credentialsOf, openTenants, startTenantServer, tenantOf, type Tenants } from './support/tenants.js';
import { until } from './support/until.js';

const valueOf = (token: AccessToken): string => token.value;

describe('a provider with tenants', () => {
  it('has a token per tenant, and resolves each tenant once', async () => {
    await using desk = await openTenants();
    const source = desk.tokens.source('desk');

    const values = await Promise.all(
      ['a', 'b', 'a', 'b', 'a'].map((tenant) => source.forTenant(tenant).getToken().then(valueOf)),
    );

    expect(new Set(values).size).toBe(2);
    expect(values[0]).toContain('client-a');
    expect(values[1]).toContain('client-b');
    expect(desk.asked.toSorted()).toEqual(['a', 'b']);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('reads the tenant from the request, the derived source and the context, in this order', async () => {
    await using desk = await openTenants();
    const source = desk.tokens.source('desk');
    const derived = source.forTenant('derived');

    const values = await runWithTenant('context', () =>
      Promise.all([derived.getToken({ tenant: 'request' }), derived.getToken(), source.getToken()]),
    );

    expect(values.map(valueOf).map((value) => value.replace(/-\d+$/, ''))).toEqual([
      'token-of-client-request',
      'token-of-client-derived',
      'token-of-client-context',
    ]);
  });

  it.each([
    ['none', {}],
    ['an empty one', { tenant: '' }],
    ['one that is no text', { tenant: JSON.parse('null') as string }],
  ])('rejects a call with %s, even after a valid call', async (_, request) => {
    await using desk = await openTenants();
    const source = desk.tokens.source('desk');
    await source.forTenant('a').getToken();

    const error = await failureOf(source.getToken(request));

    expect(error).toMatchObject({ code: 'tenant_required', provider: 'desk', retryable: false });
    expect(error.message).toContain('forTenant');
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('does not use the context’s tenant if the given tenant is missing', async () => {
    await using desk = await openTenants();
    const missing = JSON.parse('{}') as { id: string };
    const client = TokenClient.of(desk.tokens.source('desk'));

    const calls = runWithTenant('context', () => [
      failureOf(desk.tokens.source('desk').forTenant(missing.id).getToken()),
      failureOf(firstValueFrom(client.forTenant(missing.id).get('/me'))),
    ]);

    for (const call of calls) expect((await call).code).toBe('tenant_required');
    expect(desk.server.apiRequests).toHaveLength(0);
  });

  it('rejects an unknown tenant, and resolves it again after a second', async () => {
    const known = new Set<string>();
    await using desk = await openTenants({
      provider: {
        tenants: (tenant) => (known.has(tenant) ? credentialsOf(tenant) : undefined),
      },
    });
    const source = desk.tokens.source('desk').forTenant('new\ncustomer');

    const error = await failureOf(source.getToken());
    known.add('new\ncustomer');
    desk.clock.advance(1_000);
    const token = await source.getToken();

    expect(error).toMatchObject({ code: 'unknown_tenant', tenant: 'new\ncustomer', retryable: false });
    expect(error.message).toContain('"new\\ncustomer"');
    expect(token.value).toContain('client-new');
  });

  it.each([
    ['false', false],
    ['null', null],
  ])('treats a resolver’s %s as an unknown tenant', async (_, answer) => {
    const tenants = (): TenantConfig => answer as unknown as TenantConfig;
    await using desk = await openTenants({ provider: { clientId: 'platform', tenants } });

    const error = await failureOf(desk.tokens.source('desk').forTenant('a').getToken());

    expect(error).toMatchObject({ code: 'unknown_tenant', tenant: 'a' });
    expect(desk.server.tokenRequests).toHaveLength(0);
  });

  class Row {
    get clientId(): string {
      return 'client-a';
    }
  }

  it.each([
    ['a text', 'client-a'],
    ['a number', 0],
    ['a list', []],
    ['an error', new Error('no')],
    ['a map', new Map([['clientId', 'client-a']])],
    ['an instance whose options are getters', new Row()],
  ])('rejects %s as a tenant’s options, and does not fall back to the provider’s', async (_, answer) => {
    const tenants = (): TenantConfig => answer as unknown as TenantConfig;
    await using desk = await openTenants({ provider: { clientId: 'platform', clientSecret: 'x', tenants } });

    const error = await failureOf(desk.tokens.source('desk').forTenant('a').getToken());

    expect(error).toMatchObject({ code: 'invalid_configuration', tenant: 'a' });
    expect(error.message).toContain('providers.desk.tenants: must return a plain object of options');
    expect(desk.server.tokenRequests).toHaveLength(0);
  });

  it('runs its functions in the context of the token’s tenant, not of the caller’s', async () => {
    const seen: unknown[] = [];
    await using desk = await openTenants({
      provider: {
        tenants: (tenant) => {
          seen.push(['tenants', currentTenant()]);
          return {
            ...credentialsOf(tenant),
            parameters: (context) => {
              seen.push(['parameters', currentTenant(), context.tenant]);
              return {};
            },
          };
        },
      },
    });

    await runWithTenant('caller', () => desk.tokens.source('desk').forTenant('a').getToken());

    expect(seen).toEqual([
      ['tenants', 'a'],
      ['parameters', 'a', 'a'],
    ]);
  });

  it('reports the error of the resolver, and calls the resolver again at the next call', async () => {
    const outage = new Error('database is down');
    let isDown = true;
    await using desk = await openTenants({
      provider: {
        tenants: (tenant) => {
          if (isDown) throw outage;
          return credentialsOf(tenant);
        },
      },
    });
    const source = desk.tokens.source('desk').forTenant('a');

    const error = await failureOf(source.getToken());
    isDown = false;
    await source.getToken();

    expect(error).toMatchObject({ code: 'tenant_unavailable', tenant: 'a', retryable: true, cause: outage });
  });

  it('waits for a resolver no longer than for a token', async () => {
    await using desk = await openTenants({
      provider: { tokenRequest: { timeoutMs: 20 }, tenants: () => new Promise(() => undefined) },
    });

    const error = await failureOf(desk.tokens.source('desk').forTenant('a').getToken());

    expect(error.code).toBe('tenant_unavailable');
    expect(String(error.cause)).toContain('within 20 ms');
  });

  it('calls the resolver once for a thousand callers', async () => {
    let asked = 0;
    await using desk = await openTenants({
      provider: {
        tenants: async (tenant) => {
          asked += 1;
          await new Promise((resolve) => setImmediate(resolve));
          return credentialsOf(tenant);
        },
      },
    });
    const source = desk.tokens.source('desk').forTenant('a');

    await Promise.all(Array.from({ length: 1_000 }, () => source.getToken()));

    expect(asked).toBe(1);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('checks the resolver’s result like options, without showing a secret', async () => {
    await using desk = await openTenants({
      provider: {
        tenants: () =>
          ({
            tokenUrl: 'http://evil.example.com/token',
            clientSecret: 'hush-hush',
            clientID: 'x',
          }) as TenantConfig,
      },
    });

    const error = await failureOf(desk.tokens.source('desk').forTenant('a').getToken());

    expect(error).toMatchObject({ code: 'invalid_configuration', tenant: 'a' });
    expect(error.message).toContain('of tenant "a"');
    expect(error.message).toContain('providers.desk.tokenUrl: must be an https URL');
    expect(error.message).toContain('providers.desk.clientId: is required');
    expect(error.message).toContain('providers.desk.clientID: is no option');
    expect(error.message).not.toContain('hush-hush');
  });

  it('checks its own options, except those that tenants may add', async () => {
    const tenants = (): undefined => undefined;
    const providers = {
      good: { tenants },
      bad: { tenants, tokenUrl: 'nowhere', tenantCache: { max: 0, ttlSeconds: -1 } },
    };

    const error = await failureOf((async () => new TokenManager({ providers }))());

    expect(error.message).toContain('has 3 problems');
    expect(error.message).toContain('providers.bad.tokenUrl: must be an absolute URL');
    expect(error.message).toContain('providers.bad.tenantCache.max: must be at least 1');
    expect(error.message).toContain('providers.bad.tenantCache.ttlSeconds: must not be negative');
  });

  it.each(['evil.com/', '..', 'a@b', 'x?y', '__proto__', 'constructor', 'a/../b', '%2e%2e'])(
    'takes %s for a name and nothing else',
    async (tenant) => {
      await using desk = await openTenants({ provider: { tenants: () => credentialsOf('plain') } });

      const token = await desk.tokens.source('desk').forTenant(tenant).getToken();

      expect(token.value).toContain('client-plain');
      expect(desk.server.tokenRequests.map(({ url }) => url)).toEqual(['/token']);
      expect(desk.tokens.snapshot()).toMatchObject([{ tenant }]);
    },
  );

  it('gives two tenants with the same credentials two tokens', async () => {
    await using desk = await openTenants({ provider: { tenants: () => credentialsOf('same') } });
    const source = desk.tokens.source('desk');

    const [a, b] = await Promise.all([source.forTenant('a').getToken(), source.forTenant('b').getToken()]);

    expect(a.value).not.toBe(b.value);
  });

  it('names the tenant in events, in the snapshot and in errors', async () => {
    await using desk = await openTenants({ provider: { tokenRequest: { attempts: 1 } } });
    const source = desk.tokens.source('desk');
    await source.forTenant('a').getToken();
    desk.server.failNext(1);

    const error = await failureOf(source.forTenant('b').getToken());

    expect(error).toMatchObject({
      code: 'token_endpoint_unavailable',
      provider: 'desk',
      tenant: 'b',
      endpointStatus: 503,
    });
    expect(desk.events).toMatchObject([
      { type: 'token.acquired', tenant: 'a' },
      { type: 'token.failed', tenant: 'b' },
    ]);
    expect(
      desk.tokens.snapshot().toSorted((x, y) => (String(x.tenant) < String(y.tenant) ? -1 : 1)),
    ).toMatchObject([
      { provider: 'desk', tenant: 'a', state: 'fresh' },
      { provider: 'desk', tenant: 'b', state: 'failing' },
    ]);
  });

  it('drops a token of any tenant', async () => {
    await using desk = await openTenants();
    const source = desk.tokens.source('desk');
    const [a, b] = await Promise.all([source.forTenant('a').getToken(), source.forTenant('b').getToken()]);

    await source.invalidate(a);
    const [newA, sameB] = await Promise.all([
      source.forTenant('a').getToken(),
      source.forTenant('b').getToken(),
    ]);

    expect(newA.value).not.toBe(a.value);
    expect(sameB.value).toBe(b.value);
  });

  it('ignores a tenant if the provider has no tenants', async () => {
    await using desk = await openTenants();
    const plain = desk.tokens.add('plain', {
      tokenUrl: desk.server.tokenUrl,
      clientId: 'client-plain',
      clientSecret: 'secret-plain',
    });

    const tokens = await runWithTenant('a', () =>
      Promise.all([plain.getToken(), plain.getToken({ tenant: 'b' }), plain.forTenant('c').getToken()]),
    );

    expect(new Set(tokens.map(valueOf)).size).toBe(1);
  });

  it('acquires nothing at start-up', async () => {
    await using desk = await openTenants({ manager: { warmUp: true } });

    await desk.tokens.warmedUp;

    expect(desk.warnings).toEqual([]);
    expect(desk.asked).toEqual([]);
  });

  it('rejects with `closed` once the manager is closed', async () => {
    await using desk = await openTenants();
    await desk.tokens.close();

    const error = await failureOf(desk.tokens.source('desk').forTenant('a').getToken());

    expect(error.code).toBe('closed');
  });
});

describe('the tenant cache', () => {
  it('resolves a tenant again after its time, and keeps the tokens if the result is the same', async () => {
    await using desk = await openTenants({ provider: { tenantCache: { ttlSeconds: 60 } } });
    const source = desk.tokens.source('desk').forTenant('a');
    await source.getToken();
    desk.clock.advance(59_999);
    await source.getToken();
    expect(desk.asked).toHaveLength(1);

    desk.clock.advance(1);
    await source.getToken();

    expect(desk.asked).toHaveLength(2);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('keeps tokens even if the functions are new objects each time', async () => {
    await using desk = await openTenants({
      provider: {
        tenantCache: { ttlSeconds: 60 },
        tenants: (tenant) => ({ clientId: `client-${tenant}`, clientSecret: () => `secret-${tenant}` }),
      },
    });
    const source = desk.tokens.source('desk').forTenant('a');
    await source.getToken();
    desk.clock.advance(60_000);

    await source.getToken();

    expect(desk.server.tokenRequests).toHaveLength(1);
    expect(desk.tokens.snapshot()).toHaveLength(1);
  });

  it('keeps the key of bound tokens', async () => {
    await using desk = await openTenants({
      provider: {
        tenantCache: { ttlSeconds: 60 },
        tenants: (tenant) => ({ ...credentialsOf(tenant), dpop: true, parameters: () => ({}) }),
      },
    });
    const source = desk.tokens.source('desk').forTenant('a');
    const answer = { body: { access_token: 'bound', token_type: 'DPoP', expires_in: 3600 } };
    desk.server.tokenEndpoint.answerNext(2, answer);
    await source.getToken();
    desk.clock.advance(60_000);

    await source.getToken();

    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('uses a changed result', async () => {
    let secret = 'secret-a';
    let scope = 'read';
    await using desk = await openTenants({
      provider: {
        tenantCache: { ttlSeconds: 60 },
        tenants: () => ({ clientId: 'client-a', clientSecret: secret, scope }),
      },
    });
    const source = desk.tokens.source('desk').forTenant('a');
    await source.getToken();
    secret = 'wrong';
    scope = 'write';
    desk.clock.advance(60_000);

    const error = await failureOf(source.getToken());

    expect(error).toMatchObject({ code: 'token_request_rejected', tenant: 'a' });
    expect(desk.tokens.snapshot()).toMatchObject([{ scope: 'write' }]);
  });

  it('drops a tenant and its tokens on demand', async () => {
    await using desk = await openTenants();
    const source = desk.tokens.source('desk');
    const [first, other] = await Promise.all([
      source.forTenant('a').getToken(),
      source.forTenant('b').getToken(),
    ]);

    const forgetting = desk.tokens.forgetTenant('a');
    expect(desk.tokens.snapshot()).toMatchObject([{ tenant: 'b' }]);
    await forgetting;
    const [second, same] = await Promise.all([
      source.forTenant('a').getToken(),
      source.forTenant('b').getToken(),
    ]);

    expect(second.value).not.toBe(first.value);
    expect(same.value).toBe(other.value);
    expect(desk.asked).toEqual(['a', 'b', 'a']);
  });

  it('leaves nothing behind if a tenant is dropped repeatedly while callers wait', async () => {
    await using desk = await openTenants();
    const source = desk.tokens.source('desk').forTenant('a');

    const waiting: Promise<unknown>[] = [];
    for (let turn = 0; turn < 10; turn += 1) {
      waiting.push(source.getToken());
      await desk.tokens.forgetTenant('a');
    }
    await Promise.all(waiting);
    await desk.tokens.forgetTenant('a');

    expect(desk.tokens.snapshot()).toEqual([]);
  });

  it('rejects a tenants function that requests a token of the same tenant', async () => {
    await using desk = await openTenants({
      provider: {
        tokenRequest: { timeoutMs: 50 },
        tenants: (tenant) => {
          asked += 1;
          return desk.tokens.source('desk').getToken({ tenant }) as never;
        },
      },
    });
    let asked = 0;

    const error = await failureOf(desk.tokens.source('desk').forTenant('a').getToken());

    expect(error.code).toBe('tenant_unavailable');
    expect(asked).toBe(1);
  });

  it('drops a tenant even during its look-up or a token request', async () => {
    await using desk = await openTenants();
    const source = desk.tokens.source('desk').forTenant('a');
    desk.server.tokenEndpoint.answerNext(1, { delayMs: 50 });
    const early = source.getToken();
    await until(() => desk.server.tokenRequests.length === 1);
    desk.clock.advance(1);

    await desk.tokens.forgetTenant('a');
    const [old, late] = await Promise.all([early, source.getToken()]);

    expect(late.value).not.toBe(old.value);
    expect((await source.getToken()).value).toBe(late.value);
    expect(desk.asked).toEqual(['a', 'a']);
  });

  it('keeps recently used tenants within its bound, and none is dropped during its token request', async () => {
    await using desk = await openTenants({ provider: { tenantCache: { max: 3 } } });
    const source = desk.tokens.source('desk');
    desk.server.tokenEndpoint.answerNext(1, { delayMs: 100 });
    const slow = source.forTenant('slow').getToken();
    await until(() => desk.server.tokenRequests.length === 1);

    for (const tenant of ['b', 'hot', 'c', 'hot', 'd', 'hot', 'e', 'hot']) {
      await source.forTenant(tenant).getToken();
    }
    const joined = source.forTenant('slow').getToken();

    expect((await joined).value).toBe((await slow).value);
    expect(desk.asked).toEqual(['slow', 'b', 'hot', 'c', 'd', 'e']);
    await source.forTenant('f').getToken();
    expect(desk.tokens.snapshot().length).toBeLessThanOrEqual(4);
  });

  it('stays within the bound for a thousand tenants that are used once', async () => {
    await using desk = await openTenants({ provider: { tenantCache: { max: 100 } } });
    const source = desk.tokens.source('desk');

    for (let batch = 0; batch < 100; batch += 1) {
      const ids = Array.from({ length: 10 }, (_, index) => `t${batch * 10 + index}`);
      await Promise.all(ids.map((tenant) => source.forTenant(tenant).getToken()));
      await source.forTenant('hot').getToken();
    }

    expect(desk.tokens.snapshot().length).toBeLessThanOrEqual(110);
    expect(desk.asked.filter((tenant) => tenant === 'hot')).toHaveLength(1);
  });
});

describe('a tenant that nobody asks a token for', () => {
  it('stays within the bound too', async () => {
    await using desk = await openTenants({ provider: { tenantCache: { max: 10 } } });
    const client = TokenClient.of(desk.tokens.source('desk'));
    const ids = Array.from({ length: 3_000 }, (_, index) => `t${index}`);
    const callAll = async (): Promise<void> => {
      for (const id of ids)
        await firstValueFrom(client.forTenant(id).get('/', { adapter, headers: OWN_TOKEN }));
    };

    await callAll();
    await callAll();

    // A thousand may still be awaited by a caller that looked the tenant up.
    expect(desk.asked.length).toBeGreaterThan(2 * ids.length - 1_100);
    expect(desk.server.tokenRequests).toHaveLength(0);
  });

  const OWN_TOKEN = { authorization: 'mine' };
  const adapter: AxiosAdapter = async (config) => ({
    config,
    data: '',
    status: 200,
    statusText: 'OK',
    headers: {},
  });
});

describe('an unknown tenant', () => {
  const askFor = async ({ tokens }: Tenants, tenant: string): Promise<string> =>
    (await failureOf(tokens.source('desk').forTenant(tenant).getToken())).code;

  it('is remembered for a second', async () => {
    await using desk = await openTenants();

    const codes = [await askFor(desk, 'nobody'), await askFor(desk, 'nobody')];
    desk.clock.advance(999);
    codes.push(await askFor(desk, 'nobody'));
    const withinTheSecond = [...desk.asked];
    desk.clock.advance(1);
    codes.push(await askFor(desk, 'nobody'));

    expect(codes).toEqual(Array.from({ length: 4 }, () => 'unknown_tenant'));
    expect(withinTheSecond).toEqual(['nobody']);
    expect(desk.asked).toEqual(['nobody', 'nobody']);
  });

  it('is remembered for calls as well', async () => {
    await using desk = await openTenants();
    const client = TokenClient.of(desk.tokens.source('desk')).forTenant('nobody');

    const errors = [
      await failureOf(firstValueFrom(client.get('/me'))),
      await failureOf(firstValueFrom(client.get('/me'))),
    ];

    expect(errors.map(({ code }) => code)).toEqual(['unknown_tenant', 'unknown_tenant']);
    expect(desk.asked).toEqual(['nobody']);
    expect(desk.server.apiRequests).toHaveLength(0);
  });

  it('is asked for again once it is forgotten, as after it signed up', async () => {
    await using desk = await openTenants();
    await askFor(desk, 'nobody');

    await desk.tokens.forgetTenant('nobody');
    await askFor(desk, 'nobody');

    expect(desk.asked).toEqual(['nobody', 'nobody']);
  });

  it('is remembered among a thousand at most', async () => {
    await using desk = await openTenants();
    const ids = Array.from({ length: 1_001 }, (_, index) => `nobody-${index}`);
    for (const id of ids) await askFor(desk, id);

    await askFor(desk, 'nobody-1000');
    await askFor(desk, 'nobody-0');

    expect(desk.asked).toEqual([...ids, 'nobody-0']);
  });

  it('was known until its options were read again', async () => {
    let isCustomer = true;
    const asked: string[] = [];
    await using desk = await openTenants({
      provider: {
        tenantCache: { ttlSeconds: 60 },
        tenants: (tenant) => {
          asked.push(tenant);
          return isCustomer ? credentialsOf(tenant) : undefined;
        },
      },
    });
    await desk.tokens.source('desk').forTenant('a').getToken();
    isCustomer = false;
    desk.clock.advance(60_000);

    const codes = [await askFor(desk, 'a'), await askFor(desk, 'a')];

    expect(codes).toEqual(['unknown_tenant', 'unknown_tenant']);
    expect(asked).toEqual(['a', 'a']);
  });
});

describe('an option of a tenant', () => {
  it('overrides the provider’s option', async () => {
    await using desk = await openTenants({
      provider: {
        scope: 'read',
        audience: 'shared',
        parameters: { region: 'eu', plan: 'free' },
        dialect: { headers: { 'x-shared': 'yes' }, apiHeaders: { 'x-client': 'shared' } },
        tenants: (tenant) => ({
          ...credentialsOf(tenant),
          audience: tenant,
          parameters: { plan: 'paid' },
          dialect: { apiHeaders: { 'x-client': tenant } },
          api: { headers: { 'x-tenant': tenant }, timeout: 5_000 },
        }),
      },
    });
    const http = axios.create({ baseURL: desk.server.apiUrl });
    authorizeAxios(http, desk.tokens.source('desk'));

    await http.get('/me', { clientCredentials: { tenant: 'a' } });

    expect(desk.server.tokenRequests[0]?.parameters).toMatchObject({
      scope: 'read',
      audience: 'a',
      region: 'eu',
      plan: 'paid',
    });
    expect(desk.server.tokenRequests[0]?.headers).toMatchObject({ 'x-shared': 'yes' });
    expect(desk.server.apiRequests[0]?.headers).toMatchObject({ 'x-client': 'a', 'x-tenant': 'a' });
  });

  it('sets the timeout and query of its calls', async () => {
    await using desk = await openTenants({
      provider: {
        tenants: (tenant) => ({
          ...credentialsOf(tenant),
          api: { timeout: 20_000, params: { account: tenant, lang: 'en' } },
        }),
      },
    });
    const api = { baseURL: desk.server.apiUrl, timeout: 50, params: { account: 'shared' } };
    const tokens = new TokenManager({ providers: { desk: { ...desk.provider, api } } });
    const client = TokenClient.of(tokens.source('desk')).forTenant('a');
    desk.server.tokenEndpoint.answerNext(1, { delayMs: 100 });
    desk.server.api.answerNext(1, { delayMs: 100 });

    await firstValueFrom(client.get('/me', { params: { page: 2 } }));
    await firstValueFrom(client.get('/me', { params: { account: 'mine' } }));
    await tokens.close();

    expect(desk.server.apiRequests.map(({ query }) => query)).toEqual([
      { account: 'a', lang: 'en', page: '2' },
      { account: 'mine', lang: 'en' },
    ]);
  });

  it('applies to calls without a token as well', async () => {
    await using desk = await openTenants({
      provider: {
        api: { headers: { 'x-account': 'shared' } },
        allowedOrigins: ['https://api.example.com'],
        tenants: (tenant) => ({
          ...credentialsOf(tenant),
          api: { baseURL: desk.server.apiUrl, headers: { 'x-account': tenant } },
        }),
      },
    });
    desk.server.api.answerNext(2, { status: 200 });
    const client = TokenClient.of(desk.tokens.source('desk')).forTenant('a');

    await firstValueFrom(client.get('/public', { clientCredentials: false }));
    await firstValueFrom(client.get('/public', { headers: { authorization: 'mine' } }));

    expect(desk.server.apiRequests.map(({ headers }) => headers['x-account'])).toEqual(['a', 'a']);
  });

  it('cannot be an option of the whole axios instance', async () => {
    await using desk = await openTenants({
      provider: { tenants: (tenant) => ({ ...credentialsOf(tenant), api: { transformResponse: [] } }) },
    });

    const error = await failureOf(desk.tokens.source('desk').forTenant('a').getToken());

    expect(error.code).toBe('invalid_configuration');
    expect(error.message).toContain('providers.desk.api.transformResponse');
  });

  it.each(['axios', 'fetch'])(
    'says where its token goes, and so which header of the caller is kept, by %s',
    async (by) => {
      await using desk = await openTenants({
        provider: {
          tenants: (tenant) => ({
            ...credentialsOf(tenant),
            dialect: { authorization: { header: 'X-Token', scheme: '' } },
          }),
        },
      });
      desk.server.api.answerNext(2, { status: 200 });
      const http = axios.create({ baseURL: desk.server.apiUrl });
      const source = desk.tokens.source('desk').forTenant('a');
      authorizeAxios(http, source);
      const fetch = authorizeFetch(source);
      const call = (headers: Record<string, string>): Promise<unknown> =>
        by === 'axios' ? http.get('/me', { headers }) : fetch(`${desk.server.apiUrl}/me`, { headers });

      await call({ authorization: 'mine' });
      await call({ 'x-token': 'mine' });

      expect(
        desk.server.apiRequests.map(({ headers }) => [headers.authorization, headers['x-token']]),
      ).toEqual([
        ['mine', expect.stringContaining('token-of-client-a')],
        [undefined, 'mine'],
      ]);
    },
  );

  it.each(['axios', 'fetch'])('applies to a tenant from tokenFor, by %s', async (by) => {
    await using desk = await openTenants({
      provider: { tokenFor: ({ headers }) => ({ tenant: headers['x-account'] ?? 'nobody' }) },
    });
    const http = axios.create({ baseURL: desk.server.apiUrl });
    const source = desk.tokens.source('desk');
    authorizeAxios(http, source);
    const fetch = authorizeFetch(source);
    const headers = { 'x-account': 'b' };

    await runWithTenant('a', () =>
      by === 'axios' ? http.get('/me', { headers }) : fetch(`${desk.server.apiUrl}/me`, { headers }),
    );

    expect(desk.server.apiRequests.map(tenantOf)).toEqual(['b']);
  });

  it('replaces its alternatives', async () => {
    await using desk = await openTenants({
      provider: {
        tokenUrl: 'https://nobody.invalid/token',
        clientSecret: 'shared',
        tenants: (tenant) => ({
          issuer: desk.server.tokenUrl.replace('/token', ''),
          ...credentialsOf(tenant),
        }),
      },
    });

    const error = await failureOf(desk.tokens.source('desk').forTenant('a').getToken());

    expect(error.message).toContain('providers.desk.issuer: no metadata');
  });
});

describe('a call of a tenant', () => {
  it('goes to the tenant’s API with the tenant’s token', async () => {
    await using eu = await startTenantServer();
    await using desk = await openTenants({
      provider: {
        tenants: (tenant) =>
          tenant === 'eu'
            ? { ...credentialsOf(tenant), tokenUrl: eu.tokenUrl, api: { baseURL: eu.apiUrl } }
            : credentialsOf(tenant),
      },
    });
    const client = TokenClient.of(desk.tokens.source('desk'));

    await firstValueFrom(client.forTenant('eu').get('/me'));
    await firstValueFrom(client.forTenant('us').get('/me'));
    await firstValueFrom(client.get('/me', { clientCredentials: { tenant: 'eu' } }));
    await runWithTenant('us', () => firstValueFrom(client.with({ scope: 'x' }).get('/me')));

    expect(eu.apiRequests.map(tenantOf)).toEqual(['eu', 'eu']);
    expect(desk.server.apiRequests.map(tenantOf)).toEqual(['us', 'us']);
  });

  it('never takes a tenant’s token to another tenant’s API', async () => {
    await using eu = await startTenantServer();
    await using desk = await openTenants({
      provider: {
        tenants: (tenant) =>
          tenant === 'eu' ? { ...credentialsOf(tenant), api: { baseURL: eu.apiUrl } } : credentialsOf(tenant),
      },
    });
    const client = TokenClient.of(desk.tokens.source('desk'));
    eu.api.answerNext(1, { status: 200 });
    desk.server.api.answerNext(1, { status: 200 });

    await firstValueFrom(client.forTenant('us').get(`${eu.apiUrl}/me`));
    await firstValueFrom(client.forTenant('eu').get(`${desk.server.apiUrl}/me`));

    expect(eu.apiRequests.map(({ token }) => token)).toEqual([undefined]);
    expect(desk.server.apiRequests.map(({ token }) => token)).toEqual([undefined]);
    expect(desk.server.tokenRequests).toHaveLength(0);
  });

  it('without a token still goes to the tenant’s API', async () => {
    await using eu = await startTenantServer();
    await using desk = await openTenants({
      provider: { tenants: (tenant) => ({ ...credentialsOf(tenant), api: { baseURL: eu.apiUrl } }) },
    });
    const client = TokenClient.of(desk.tokens.source('desk'));
    eu.api.answerNext(3, { status: 200 });

    await firstValueFrom(client.forTenant('eu').get('/public', { clientCredentials: false }));
    await runWithTenant('eu', () => firstValueFrom(client.get('/public', { clientCredentials: false })));
    await firstValueFrom(client.forTenant('eu').get('/public', { headers: { authorization: 'mine' } }));

    expect(eu.apiRequests.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
      'mine',
    ]);
    expect(desk.server.apiRequests).toHaveLength(0);
  });

  it('without a tenant is not sent, unless it needs no token', async () => {
    await using desk = await openTenants();
    const client = TokenClient.of(desk.tokens.source('desk'));
    desk.server.api.answerNext(1, { status: 200 });

    const error = await failureOf(firstValueFrom(client.get('/me')));
    await firstValueFrom(client.get('/public', { clientCredentials: false }));

    expect(error.code).toBe('tenant_required');
    expect(desk.server.apiRequests.map(({ path }) => path)).toEqual(['/public']);
  });

  it('gets a new token of the same tenant when the API refuses the first', async () => {
    await using desk = await openTenants();
    const client = TokenClient.of(desk.tokens.source('desk')).forTenant('a');
    await firstValueFrom(client.get('/me'));
    desk.server.revoke();

    const { status, config } = await firstValueFrom(client.get('/me'));

    expect(status).toBe(200);
    expect(JSON.stringify(config)).not.toContain('token-of');
    expect(desk.server.tokenRequests).toHaveLength(2);
    expect(desk.server.apiRequests.map(tenantOf)).toEqual(['a', 'a', 'a']);
    expect(desk.events).toContainEqual(expect.objectContaining({ type: 'api.replayed', tenant: 'a' }));
  });

  it('waits for its tenant at most until its own timeout', async () => {
    await using desk = await openTenants({ provider: { tenants: () => new Promise(() => undefined) } });
    const client = TokenClient.of(desk.tokens.source('desk')).forTenant('a');

    const call = firstValueFrom(client.get('/me', { timeout: 20 }));

    await expect(call).rejects.toMatchObject({ code: 'ECONNABORTED', message: 'timeout of 20ms exceeded' });
  });

  it('works with fetch', async () => {
    await using desk = await openTenants();
    const fetch = authorizeFetch(desk.tokens.source('desk'));
    const address = `${desk.server.apiUrl}/me`;

    await runWithTenant('a', () => fetch(address));
    await fetch(address, { clientCredentials: { tenant: 'b' } });
    await expect(fetch(address)).rejects.toMatchObject({ code: 'tenant_required' });

    expect(desk.server.apiRequests.map(tenantOf)).toEqual(['a', 'b']);
  });
});
