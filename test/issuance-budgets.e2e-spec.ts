import { describe, expect, it } from '@jest/globals';
import {
  MemoryTokenStore,
  TokenManager,
  type TenantConfig,
  type TokenEvent,
  type TokenStore,
} from 'nestjs-client-credentials/core';
import { failureOf, openDesk, type Desk } from './support/the-desk.js';

const HOUR_MS = 3_600_000;
const ISSUANCE = { limit: 5, windowSeconds: 7_200 };

async function acquire({ source }: Pick<Desk, 'source'>, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await source.getToken({ forceRefresh: true });
}

function nearLimit(events: readonly TokenEvent[]): TokenEvent[] {
  return events.filter(({ type }) => type === 'issuance.near-limit');
}

describe('a budget of token requests', () => {
  it('emits one event when 80 % are used up', async () => {
    await using desk = await openDesk({ provider: { issuance: ISSUANCE } });

    await acquire(desk, 3);
    const before = nearLimit(desk.events).length;
    await acquire(desk, 2);

    expect(before).toBe(0);
    expect(nearLimit(desk.events)).toEqual([
      expect.objectContaining({ type: 'issuance.near-limit', provider: 'desk', ...ISSUANCE }),
    ]);
  });

  it('that is used up allows a valid token, but no token request until the window ends', async () => {
    await using desk = await openDesk({ provider: { issuance: ISSUANCE } });
    const openedAt = desk.clock.now();
    await acquire(desk, 5);
    desk.clock.advance(60_000);

    const error = await failureOf(desk.source.getToken({ forceRefresh: true }));
    const served = await desk.source.getToken();
    desk.clock.advance(HOUR_MS);
    const ended = await failureOf(desk.source.getToken());

    expect(error).toMatchObject({
      code: 'issuance_limit_reached',
      retryable: true,
      retryAt: openedAt + ISSUANCE.windowSeconds * 1000,
    });
    expect(served.value).toBe(desk.server.issued[4]?.value);
    expect(ended).toMatchObject({ code: 'issuance_limit_reached' });
    expect(desk.server.tokenRequests).toHaveLength(5);
  });

  it('restarts when its window ends', async () => {
    await using desk = await openDesk({ provider: { issuance: ISSUANCE } });
    await acquire(desk, 5);
    await failureOf(desk.source.getToken({ forceRefresh: true }));

    desk.clock.advance(ISSUANCE.windowSeconds * 1000);
    await acquire(desk, 4);

    expect(desk.server.tokenRequests).toHaveLength(9);
    expect(nearLimit(desk.events)).toHaveLength(2);
  });

  it('counts retries, renewals and failures', async () => {
    await using desk = await openDesk({ provider: { issuance: ISSUANCE } });
    desk.server.failNext(2);
    await desk.source.getToken();
    desk.clock.advance(HOUR_MS - 120_000);
    await desk.source.getToken();
    await desk.server.tokenEndpoint.received(4);
    desk.server.tokenEndpoint.answerNext(1, { status: 400, body: { error: 'invalid_scope' } });
    await failureOf(desk.source.getToken({ scope: 'other' }));

    const error = await failureOf(desk.source.getToken({ scope: 'another' }));

    expect(error).toMatchObject({ code: 'issuance_limit_reached' });
    expect(desk.server.tokenRequests).toHaveLength(5);
  });

  it('that is used up between retries ends the call', async () => {
    await using desk = await openDesk({ provider: { issuance: { limit: 2, windowSeconds: 60 } } });
    desk.server.failNext(5);

    const error = await failureOf(desk.source.getToken());

    expect(error).toMatchObject({ code: 'issuance_limit_reached' });
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('applies per client, across managers', async () => {
    const store = new MemoryTokenStore();
    await using desk = await openDesk({
      server: { clientAuthentication: () => true },
      provider: { issuance: ISSUANCE, clientAuthentication: 'client_secret_basic' },
      manager: { store },
    });
    const provider = {
      ...desk.server.providerConfig,
      clientAuthentication: 'client_secret_basic',
      issuance: ISSUANCE,
    } as const;
    const providers = { same: provider, other: { ...provider, clientId: 'other' } };
    const manager = new TokenManager({ providers, store, clock: desk.clock });
    await acquire(desk, 3);
    await acquire({ source: manager.source('same') }, 2);

    const error = await failureOf(manager.source('same').getToken({ forceRefresh: true }));

    expect(error).toMatchObject({ code: 'issuance_limit_reached', provider: 'same' });
    await expect(manager.source('other').getToken()).resolves.toBeDefined();
    await manager.close();
  });

  it('is counted by each process for itself in a store without counters', async () => {
    const memory = new MemoryTokenStore();
    const store: TokenStore = {
      get: (key) => memory.get(key),
      set: (key, value, ttlMs) => memory.set(key, value, ttlMs),
      delete: (key) => memory.delete(key),
    };
    await using desk = await openDesk({ provider: { issuance: ISSUANCE }, manager: { store } });
    await acquire(desk, 5);

    const error = await failureOf(desk.source.getToken({ forceRefresh: true }));

    expect(error).toMatchObject({ code: 'issuance_limit_reached' });
    expect(desk.server.tokenRequests).toHaveLength(5);
  });

  it('allows a process a tenth, at least one request, while the store does not answer', async () => {
    const broken = async (): Promise<never> => {
      throw new Error('down');
    };
    const store = { get: broken, set: broken, delete: broken, increment: broken };
    const manager = { store };
    await using small = await openDesk({ provider: { issuance: ISSUANCE }, manager });
    await using large = await openDesk({ provider: { issuance: { ...ISSUANCE, limit: 30 } }, manager });
    await acquire(small, 1);
    await acquire(large, 3);

    const errors = [
      await failureOf(small.source.getToken({ forceRefresh: true })),
      await failureOf(large.source.getToken({ forceRefresh: true })),
    ];
    const served = await small.source.getToken();

    const refusal = {
      code: 'issuance_limit_reached',
      retryable: true,
      retryAt: expect.any(Number),
      message: expect.stringContaining('The store gives no count'),
    };
    expect(errors).toEqual([expect.objectContaining(refusal), expect.objectContaining(refusal)]);
    expect(served.value).toBe(small.server.issued[0]?.value);
    expect([small.server.tokenRequests, large.server.tokenRequests].map(({ length }) => length)).toEqual([
      1, 3,
    ]);
  });

  it('goes on when a tenant is forgotten', async () => {
    const tenants = (): TenantConfig => ({ clientId: 'of the tenant', clientSecret: 's' });
    await using desk = await openDesk({
      server: { clientAuthentication: () => true },
      provider: { issuance: ISSUANCE, tenants },
    });
    const source = desk.source.forTenant('a');
    await acquire({ source }, 3);

    await desk.tokens.forgetTenant('a');
    await acquire({ source }, 2);
    const error = await failureOf(source.getToken({ forceRefresh: true }));

    expect(error).toMatchObject({ code: 'issuance_limit_reached' });
    expect(desk.server.tokenRequests).toHaveLength(5);
  });

  it.each([[{ limit: 0, windowSeconds: 60 }], [{ limit: 5 }], [{ limit: 5, windowSeconds: 0 }], [5]])(
    'is refused as %j',
    (issuance) => {
      const desk = {
        tokenUrl: 'https://id.example.com/token',
        clientId: 'desk',
        clientSecret: 's',
        issuance,
      };

      expect(() => new TokenManager({ providers: { desk: desk as never } })).toThrow(
        /providers\.desk\.issuance/,
      );
    },
  );
});
