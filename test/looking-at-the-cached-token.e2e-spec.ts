import { afterEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { ClientCredentialsModule, getTokenClientToken, type TokenClient } from 'nestjs-client-credentials';
import { runWithTenant } from 'nestjs-client-credentials/core';
import { openDesk } from './support/the-desk.js';
import { openTenants } from './support/tenants.js';
import { until } from './support/until.js';

const HOUR_MS = 3_600_000;

describe('a look at the cached token', () => {
  it('finds none before the first token request, and causes none', async () => {
    await using desk = await openDesk();

    expect(desk.source.peek()).toBeUndefined();
    expect(desk.server.tokenRequests).toHaveLength(0);
  });

  it('finds the token that a caller would get', async () => {
    await using desk = await openDesk();

    const token = await desk.source.getToken({ scope: 'documents' });

    expect(desk.source.peek({ scope: 'documents' })).toBe(token);
    expect(desk.source.with({ scope: 'documents' }).peek()).toBe(token);
    expect(desk.source.peek()).toBeUndefined();
  });

  it('starts the refresh that is due, and finds the token meanwhile', async () => {
    await using desk = await openDesk({ server: { lifetimeSeconds: 3_600 } });
    const token = await desk.source.getToken();
    desk.clock.advance(HOUR_MS - 60_000);

    const found = desk.source.peek();
    await until(() => desk.source.peek()?.value !== token.value);

    expect(found).toBe(token);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('finds no token that has expired, that was dropped, or that has too little life left', async () => {
    await using desk = await openDesk({ server: { lifetimeSeconds: 3_600 } });
    const token = await desk.source.getToken();

    desk.clock.advance(60_000);
    const tooShort = desk.source.peek({ minRemainingSeconds: 3_550 });
    const longEnough = desk.source.peek({ minRemainingSeconds: 3_000 });
    await desk.source.invalidate(token);
    const dropped = desk.source.peek();
    await desk.source.getToken();
    desk.clock.advance(HOUR_MS);

    expect([tooShort, longEnough, dropped, desk.source.peek()]).toEqual([
      undefined,
      token,
      undefined,
      undefined,
    ]);
  });

  it('finds none after close()', async () => {
    await using desk = await openDesk();
    await desk.source.getToken();

    await desk.tokens.close();

    expect(desk.source.peek()).toBeUndefined();
  });
});

describe('a look at the cached token of a tenant', () => {
  it('finds the token of the tenant that the request, the source or the context names', async () => {
    await using desk = await openTenants();
    const source = desk.tokens.source('desk');
    const token = await source.forTenant('a').getToken();

    const found = [
      source.peek({ tenant: 'a' }),
      source.forTenant('a').peek(),
      runWithTenant('a', () => source.peek()),
    ];

    expect(found).toEqual([token, token, token]);
  });

  it('finds none of another tenant, or without one, and resolves no tenant', async () => {
    await using desk = await openTenants();
    const source = desk.tokens.source('desk');
    await source.forTenant('a').getToken();

    expect([source.peek(), source.peek({ tenant: 'b' }), source.forTenant('b').peek()]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(desk.asked).toEqual(['a']);
  });
});

describe('a token client in a Nest application', () => {
  const running: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });

  it('shows and drops its cached token, and clears its failures', async () => {
    await using desk = await openDesk();
    const { providerConfig } = desk.server;
    const application = await Test.createTestingModule({
      imports: [
        ClientCredentialsModule.forRoot({
          providers: { desk: { ...providerConfig, tokenRequest: { attempts: 1 } } },
        }),
      ],
    }).compile();
    running.push(application);
    const client = application.get<TokenClient>(getTokenClientToken('desk'));

    const before = client.peek();
    const token = await client.getToken();
    const cached = client.peek();
    await client.invalidate(token);
    const dropped = client.peek();
    desk.server.failNext(1, { status: 429 });
    await client.getToken().catch(() => undefined);
    const latched = await client.getToken().catch((error: unknown) => error);
    client.reset();
    const next = await client.getToken();

    expect([before, cached, dropped]).toEqual([undefined, token, undefined]);
    expect(latched).toMatchObject({ code: 'token_endpoint_unavailable', endpointStatus: 429 });
    expect(next.value).not.toBe(token.value);
    expect(client.forTenant('any')).toBe(client);
  });
});
