import { getEventListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import {
  ClientCredentialsError,
  MemoryTokenStore,
  TokenManager,
  type TokenStore,
  type AccessToken,
} from 'nestjs-client-credentials/core';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { attachmentOf } from './support/attachment-of.js';
import { outline } from './support/collect-events.js';
import { openDesk } from './support/the-desk.js';
import { until } from './support/until.js';

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const valuesOf = (tokens: readonly AccessToken[]): Set<string> => new Set(tokens.map(({ value }) => value));

describe('a thousand first callers', () => {
  it('cause one token request', async () => {
    await using desk = await openDesk();

    const tokens = await Promise.all(times(1_000, () => desk.source.getToken()));

    expect(valuesOf(tokens).size).toBe(1);
    expect(desk.server.tokenRequests).toHaveLength(1);
    expect(desk.tokens.snapshot()).toMatchObject([{ acquisitions: 1, failures: 0, state: 'fresh' }]);
  });

  it('cause one token request through different sources', async () => {
    await using desk = await openDesk({ provider: { scope: 'a b' } });
    const sources = [desk.source, desk.tokens.source('desk'), desk.source.with({ scope: ['b', 'a', 'a'] })];

    const tokens = await Promise.all(
      times(300, (index) => sources[index % 3]?.getToken() as Promise<AccessToken>),
    );

    expect(valuesOf(tokens).size).toBe(1);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('share a failure, and the next call succeeds', async () => {
    await using desk = await openDesk({ provider: { tokenRequest: { attempts: 2 } } });
    desk.server.failNext(2);

    const outcomes = await Promise.allSettled(times(100, () => desk.source.getToken()));
    const sent = desk.server.tokenRequests.length;
    await desk.source.getToken();

    const reasons = new Set(
      outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as unknown)),
    );
    expect(reasons.size).toBe(1);
    expect([...reasons][0]).toBeInstanceOf(ClientCredentialsError);
    expect(sent).toBe(2);
    expect(outline(desk.events)).toEqual(['token.failed initial', 'token.acquired initial']);
  });
});

describe('callers of different tokens', () => {
  it('do not wait for one another', async () => {
    await using desk = await openDesk();
    desk.server.failNext(1, 'hang');
    const stuck = desk.source.getToken({ scope: 'slow' }).catch(() => undefined);
    await desk.server.tokenEndpoint.received(1);

    const token = await desk.source.getToken({ scope: 'quick' });

    expect(token.scopes).toEqual(['quick']);
    expect(desk.server.tokenRequests.map(({ parameters }) => parameters['scope'])).toEqual(['slow', 'quick']);
    await desk.tokens.close();
    await stuck;
  });

  it('add few listeners to each signal, for any number of callers', async () => {
    const listen = jest.spyOn(EventTarget.prototype, 'addEventListener');
    await using desk = await openDesk();
    desk.server.tokenEndpoint.hold();

    const calls = Promise.all(times(30, (index) => desk.source.getToken({ scope: `s${index}` })));
    calls.catch(() => undefined);
    await desk.server.tokenEndpoint.received(30);
    const signals = new Set(listen.mock.contexts.filter((target) => target instanceof AbortSignal));
    const counts = [...signals].map((signal) => getEventListeners(signal, 'abort').length);
    desk.server.tokenEndpoint.release();
    await calls;

    expect(counts.length).toBeGreaterThanOrEqual(30);
    // Node's default limit of listeners; finding one among more is slow.
    expect(counts.filter((listeners) => listeners > 10)).toEqual([]);
  });

  it.each([
    ['by scope', { scope: 'a' }, { scope: 'b' }],
    ['by audience', { audience: 'https://x' }, { audience: 'https://x/' }],
    ['by resource', { resource: 'https://x' }, { resource: 'https://x/' }],
    ['by parameter', { parameters: { tier: '1' } }, { parameters: { tier: '2' } }],
    ['by names that look like JSON', { scope: 'a","b' }, { scope: 'a b' }],
  ])('get different tokens %s', async (_, one, other) => {
    await using desk = await openDesk();

    const tokens = await Promise.all([desk.source.getToken(one), desk.source.getToken(other)]);

    expect(valuesOf(tokens).size).toBe(2);
    expect(desk.tokens.snapshot()).toHaveLength(2);
  });

  it('never share a token, whatever characters their names contain', async () => {
    await using server = await startAuthorizationServer({ clientAuthentication: () => true });
    const base = { ...server.providerConfig, clientAuthentication: 'client_secret_basic' as const };
    const providers = {
      a: { ...base, clientId: 'b:c' },
      'a:b': { ...base, clientId: 'c' },
      'a","b': { ...base, clientId: 'c' },
      '__proto__ ': { ...base, clientId: 'c' },
    };
    const tokens = new TokenManager({ providers, store: new MemoryTokenStore() });

    const all = await Promise.all(tokens.providers.map((name) => tokens.source(name).getToken()));

    expect(valuesOf(all).size).toBe(4);
    await tokens.close();
  });

  it('are distinguished in the snapshot', async () => {
    await using desk = await openDesk();

    await desk.source.getToken({ scope: 'a b', audience: 'x' });
    await desk.source.getToken();

    const rows = desk.tokens.snapshot();
    expect(rows).toHaveLength(2);
    expect(rows.find(({ scope }) => scope === 'a b')).toMatchObject({
      provider: 'desk',
      audience: 'x',
      state: 'fresh',
      obtainedAt: desk.clock.now(),
      expiresAt: desk.clock.now() + 3_600_000,
      acquisitions: 1,
    });
    expect(new Set(rows.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });
});

describe('a caller that gives up', () => {
  it('gets its own reason, while the token request continues', async () => {
    await using desk = await openDesk();
    desk.server.tokenEndpoint.hold();
    const leaving = new AbortController();
    const left = desk.source.getToken({ signal: leaving.signal });
    const staying = desk.source.getToken();
    await desk.server.tokenEndpoint.received(1);

    leaving.abort(new Error('The user went home.'));
    await expect(left).rejects.toThrow('The user went home.');
    desk.server.tokenEndpoint.release();

    expect((await staying).value).toBe(desk.server.issued[0]?.value);
  });

  it('leaves the token to the next caller, even if all callers give up', async () => {
    await using desk = await openDesk();
    desk.server.tokenEndpoint.hold();
    const leaving = times(20, () => new AbortController());
    const calls = leaving.map(({ signal }) => desk.source.getToken({ signal }));
    await desk.server.tokenEndpoint.received(1);

    for (const each of leaving) each.abort();
    const outcomes = await Promise.allSettled(calls);
    desk.server.tokenEndpoint.release();
    await until(() => desk.events.length > 0);
    const next = await desk.source.getToken();

    expect(outcomes.map(({ status }) => status)).toEqual(times(20, () => 'rejected'));
    expect(next.value).toBe(desk.server.issued[0]?.value);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('leaves nothing unhandled, even if all callers give up and the request fails', async () => {
    await using desk = await openDesk({ provider: { tokenRequest: { attempts: 1 } } });
    desk.server.tokenEndpoint.hold();
    desk.server.failNext(1);
    const leaving = new AbortController();
    const call = desk.source.getToken({ signal: leaving.signal }).catch(() => 'gone');
    await desk.server.tokenEndpoint.received(1);

    leaving.abort();
    desk.server.tokenEndpoint.release();
    await until(() => desk.events.length > 0);

    expect(await call).toBe('gone');
    expect(outline(desk.events)).toEqual(['token.failed initial']);
  });

  it('before its call causes no request', async () => {
    await using desk = await openDesk();

    await expect(desk.source.getToken({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });

    expect(desk.server.tokenRequests).toHaveLength(0);
  });
});

describe('a token that is dropped', () => {
  it.each([
    ['as it is', (token: AccessToken) => token],
    ['by its value', (token: AccessToken) => token.value],
  ])('%s is replaced at the next call', async (_, given) => {
    await using desk = await openDesk();
    const first = await desk.source.getToken();

    await desk.source.invalidate(given(first));
    const next = await desk.source.getToken();

    expect(next.value).not.toBe(first.value);
    expect(outline(desk.events)).toEqual([
      'token.acquired initial',
      'token.invalidated requested',
      'token.acquired rejected',
    ]);
  });

  it('does not drop a newer token with it', async () => {
    await using desk = await openDesk();
    const first = await desk.source.getToken();
    const second = await desk.source.getToken({ forceRefresh: true });

    await desk.source.invalidate(first);

    expect((await desk.source.getToken()).value).toBe(second.value);
  });

  it('during a token request does not drop the new token with it', async () => {
    await using desk = await openDesk();
    const first = await desk.source.getToken();
    desk.server.tokenEndpoint.hold();
    const forced = desk.source.getToken({ forceRefresh: true });
    await desk.server.tokenEndpoint.received(2);

    await desk.source.invalidate(first);
    desk.server.tokenEndpoint.release();

    expect((await desk.source.getToken()).value).toBe((await forced).value);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('is dropped from the store as well', async () => {
    const store = new MemoryTokenStore();
    await using desk = await openDesk({ manager: { store } });
    const token = await desk.source.getToken();

    await desk.source.invalidate(token);

    const other = new TokenManager({
      providers: { desk: desk.server.providerConfig },
      store,
      clock: desk.clock,
    });
    expect((await other.source('desk').getToken()).value).not.toBe(token.value);
  });

  it('of several scopes is the only one dropped', async () => {
    await using desk = await openDesk();
    const [a, b] = [await desk.source.getToken({ scope: 'a' }), await desk.source.getToken({ scope: 'b' })];

    await desk.source.invalidate(a);

    expect((await desk.source.getToken({ scope: 'b' })).value).toBe(b.value);
    expect((await desk.source.getToken({ scope: 'a' })).value).not.toBe(a.value);
  });
});

describe('a token that the API refused', () => {
  it('is replaced once for any number of refused calls', async () => {
    await using desk = await openDesk();
    const token = await desk.source.getToken();

    const again = await Promise.all(
      times(20, async () => {
        expect(attachmentOf(desk.source).refuse(token, {})).toBe('another');
        return desk.source.getToken();
      }),
    );

    expect(valuesOf(again)).toEqual(new Set([desk.server.issued[1]?.value]));
    expect(desk.server.tokenRequests).toHaveLength(2);
    expect(outline(desk.events)).toEqual([
      'token.acquired initial',
      'token.invalidated rejected',
      'token.acquired rejected',
    ]);
  });

  it.each([
    ['not within the cooldown', {}, 29_999, 'too-young'],
    ['once the cooldown is over', {}, 30_000, 'another'],
    ['at once where there is none', { reacquire: { cooldownSeconds: 0 } }, 0, 'another'],
  ])('is replaced again although it is itself a replacement, %s', async (_, provider, thenMs, expected) => {
    await using desk = await openDesk({ provider });
    await attachmentOf(desk.source).refuse(await desk.source.getToken(), {});
    const replacement = await desk.source.getToken();
    desk.clock.advance(thenMs);

    expect(attachmentOf(desk.source).refuse(replacement, {})).toBe(expected);
  });

  it('leads to the newer token that is already current, even during the cooldown', async () => {
    await using desk = await openDesk();
    const first = await desk.source.getToken();
    await attachmentOf(desk.source).refuse(first, {});
    const second = await desk.source.getToken();

    expect(attachmentOf(desk.source).refuse(first, {})).toBe('another');
    expect((await desk.source.getToken()).value).toBe(second.value);
  });

  it('alternately, at a provider with one token per client, costs one request per scope and cooldown', async () => {
    await using desk = await openDesk({ server: { oneTokenPerClient: true } });

    for (let round = 0; round < 20; round += 1) {
      for (const scope of ['a', 'b']) {
        const token = await desk.source.getToken({ scope });
        const isDead = desk.server.issued.some(({ value, revoked }) => value === token.value && revoked);
        if (isDead && attachmentOf(desk.source).refuse(token, { scope }) === 'another')
          await desk.source.getToken({ scope });
      }
    }

    expect(desk.server.tokenRequests.length).toBeLessThanOrEqual(4);
    expect(outline(desk.events)).toContain('token.invalidated rejected');
  });
});

describe('a shared store', () => {
  it('saves the second manager a request', async () => {
    const store = new MemoryTokenStore();
    await using desk = await openDesk({ manager: { store } });
    const other = new TokenManager({
      providers: { desk: desk.server.providerConfig },
      store,
      clock: desk.clock,
    });

    const first = await desk.source.getToken();
    const second = await other.source('desk').getToken();

    expect(second).toMatchObject({ value: first.value, expiresAt: first.expiresAt, scopes: first.scopes });
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it.each([
    ['secret', { clientSecret: 'replaced' }],
    ['scope', { scope: 'other' }],
    ['client id', { clientId: 'other' }],
  ])('never serves a token that was acquired with another %s', async (_, change) => {
    const store = new MemoryTokenStore();
    await using desk = await openDesk({
      server: { clientAuthentication: () => true },
      provider: { clientAuthentication: 'client_secret_basic' },
      manager: { store },
    });
    const providers = { desk: { ...desk.server.providerConfig, ...change } };
    const other = new TokenManager({ providers, store, clock: desk.clock });

    const tokens = [await desk.source.getToken(), await other.source('desk').getToken()];

    expect(valuesOf(tokens).size).toBe(2);
  });
});

describe('a lock in a store', () => {
  it('is released when the manager closes during a token request', async () => {
    const store = new MemoryTokenStore();
    await using desk = await openDesk({ manager: { store } });
    desk.server.tokenEndpoint.hold();
    const waiting = desk.source.getToken().catch((error: unknown) => error);
    await desk.server.tokenEndpoint.received(1);

    await desk.tokens.close();
    desk.server.tokenEndpoint.release();
    const providers = { desk: desk.server.providerConfig };
    const other = new TokenManager({ providers, store, clock: desk.clock });
    // A lock that is still held would cost a wait of eleven seconds.
    const token = await other.source('desk').getToken();

    expect(await waiting).toMatchObject({ code: 'closed' });
    expect(token.value).toBeDefined();
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('is released when the store fails to write', async () => {
    const inner = new MemoryTokenStore();
    const locks = new Map<string, number>();
    const store: TokenStore = {
      get: (key) => inner.get(key),
      set: async () => {
        throw new Error('full');
      },
      delete: (key) => inner.delete(key),
      lock: async (key, ttlMs) => {
        const lock = await inner.lock(key, ttlMs);
        locks.set(key, (locks.get(key) ?? 0) + 1);
        return lock && { release: async () => (locks.delete(key), lock.release()) };
      },
    };
    await using desk = await openDesk({ manager: { store } });

    await desk.source.getToken();
    await desk.tokens.close();

    expect(locks.size).toBe(0);
  });
});

describe('a token in a store', () => {
  it('is not used for a caller that needs more time than it has left', async () => {
    const store = new MemoryTokenStore();
    await using desk = await openDesk({ manager: { store } });
    const providers = { desk: desk.server.providerConfig };
    const other = new TokenManager({ providers, store, clock: desk.clock });
    await desk.source.getToken();
    desk.clock.advance(1_800_000);

    const token = await other.source('desk').getToken({ minRemainingSeconds: 3000 });

    expect(token.expiresAt - desk.clock.now()).toBe(3_600_000);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('stays invalidated if it is invalidated during the write', async () => {
    const inner = new MemoryTokenStore();
    const store: TokenStore = {
      get: (key) => inner.get(key),
      set: async (key, value, ttlMs) => {
        await setTimeout(20);
        await inner.set(key, value, ttlMs);
      },
      delete: (key) => inner.delete(key),
    };
    await using desk = await openDesk({ manager: { store } });
    const dropped = await desk.source.getToken();
    await desk.source.invalidate(dropped);

    const other = new TokenManager({
      providers: { desk: desk.server.providerConfig },
      store,
      clock: desk.clock,
    });
    const token = await other.source('desk').getToken();

    expect(token.value).not.toBe(dropped.value);
  });
});
