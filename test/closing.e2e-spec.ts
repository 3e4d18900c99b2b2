import { describe, expect, it } from '@jest/globals';
import { MemoryTokenStore, type TokenStore } from 'nestjs-client-credentials/core';
import { failureOf, openDesk } from './support/the-desk.js';
import { until } from './support/until.js';

const CLOSED = { code: 'closed', provider: 'desk', retryable: false };

/** Number of timers that keep the process alive. */
const timersAlive = (): number =>
  process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;

describe('once a manager is closed', () => {
  it('callers get the error `closed`, and no request is sent', async () => {
    await using desk = await openDesk();

    await desk.tokens.close();

    expect(await failureOf(desk.source.getToken())).toMatchObject(CLOSED);
    expect(await failureOf(desk.source.getToken({ forceRefresh: true }))).toMatchObject(CLOSED);
    expect(await failureOf(desk.tokens.source('desk').with({ scope: 'x' }).getToken())).toMatchObject(CLOSED);
    expect(desk.server.tokenRequests).toHaveLength(0);
  });

  it('callers get the error `closed` even if there is a token', async () => {
    await using desk = await openDesk();
    await desk.source.getToken();

    await desk.tokens.close();

    expect(await failureOf(desk.source.getToken())).toMatchObject(CLOSED);
  });

  it('closing it again is no error', async () => {
    await using desk = await openDesk();

    await Promise.all([desk.tokens.close(), desk.tokens.close()]);

    await expect(desk.tokens.close()).resolves.toBeUndefined();
  });

  it('its store is closed, once', async () => {
    let closed = 0;
    const store: TokenStore = Object.assign(new MemoryTokenStore(), {
      close: async () => void (closed += 1),
    });
    await using desk = await openDesk({ manager: { store } });

    await desk.tokens.close();
    await desk.tokens.close();

    expect(closed).toBe(1);
  });
});

describe('closing a manager', () => {
  it('ends a token request: waiting callers get `closed`, and no request follows', async () => {
    await using desk = await openDesk();
    desk.server.failNext(1);
    desk.server.failNext(Infinity, 'hang');
    const waiting = [1, 2, 3].map(() => failureOf(desk.source.getToken()));
    await desk.server.tokenEndpoint.received(2);

    await desk.tokens.close();

    for (const error of await Promise.all(waiting)) expect(error).toMatchObject(CLOSED);
    expect(desk.server.tokenRequests).toHaveLength(2);
    expect(desk.events).toEqual([]);
  });

  it('ends the pause before another attempt', async () => {
    await using desk = await openDesk({ provider: { tokenRequest: { timeoutMs: 60_000 } } });
    desk.server.failNext(1, { status: 503, headers: { 'retry-after': '30' } });
    const waiting = failureOf(desk.source.getToken());
    await until(() => desk.server.tokenRequests[0]?.status === 503);

    await desk.tokens.close();

    expect(await waiting).toMatchObject(CLOSED);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('ends the wait for a function of the configuration', async () => {
    await using desk = await openDesk({
      provider: { clientSecret: () => new Promise<string>(() => undefined) },
    });
    const waiting = failureOf(desk.source.getToken());

    await desk.tokens.close();

    expect(await waiting).toMatchObject(CLOSED);
  });

  it('ends the wait for a store', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    await using desk = await openDesk({ manager: { store: { get: never, set: never, delete: never } } });
    const waiting = failureOf(desk.source.getToken());

    await desk.tokens.close();

    expect(await waiting).toMatchObject(CLOSED);
  });

  it('ends a forced refresh that waits for another one', async () => {
    await using desk = await openDesk();
    desk.server.failNext(Infinity, 'hang');
    const first = failureOf(desk.source.getToken());
    await desk.server.tokenEndpoint.received(1);
    const forced = failureOf(desk.source.getToken({ forceRefresh: true }));

    await desk.tokens.close();

    expect([await first, await forced]).toMatchObject([CLOSED, CLOSED]);
    expect(desk.server.tokenRequests).toHaveLength(1);
    expect(desk.tokens.snapshot()).toMatchObject([{ state: 'empty' }]);
  });

  it('ends a background refresh silently', async () => {
    await using desk = await openDesk({ server: { lifetimeSeconds: 100 } });
    await desk.source.getToken();
    desk.clock.advance(85_000);
    desk.server.failNext(Infinity, 'hang');
    await desk.source.getToken();
    await desk.server.tokenEndpoint.received(2);

    await desk.tokens.close();
    await new Promise(setImmediate);

    expect(desk.events.map(({ type }) => type)).toEqual(['token.acquired']);
  });
});

describe('a process', () => {
  it('is kept alive by no timer once its calls are over', async () => {
    const before = timersAlive();
    await using desk = await openDesk();

    await desk.source.getToken();

    // A timer of another part of the process may have ended meanwhile.
    expect(timersAlive()).toBeLessThanOrEqual(before);
  });

  it('is kept alive by no timer once its manager is closed during a call', async () => {
    const before = timersAlive();
    await using desk = await openDesk();
    desk.server.failNext(Infinity, 'hang');
    const waiting = failureOf(desk.source.getToken());
    await desk.server.tokenEndpoint.received(1);

    await desk.tokens.close();
    await waiting;

    // A timer of another part of the process may have ended meanwhile.
    expect(timersAlive()).toBeLessThanOrEqual(before);
  });

  it('is kept alive while a caller waits, but not by a background refresh', async () => {
    await using desk = await openDesk({ server: { lifetimeSeconds: 100 } });
    await desk.source.getToken();
    desk.clock.advance(85_000);
    desk.server.failNext(Infinity, 'hang');
    const before = timersAlive();

    await desk.source.getToken();
    await desk.server.tokenEndpoint.received(2);
    const behind = timersAlive();
    const waiting = failureOf(desk.source.getToken({ forceRefresh: true }));
    const during = timersAlive();
    await desk.tokens.close();
    await waiting;

    expect(behind).toBeLessThanOrEqual(before);
    expect(during).toBe(behind + 1);
  });
});
