import { describe, expect, it } from '@jest/globals';
import type { TokenEventListener, TokenStore } from 'nestjs-client-credentials/core';
import { outline } from './support/collect-events.js';
import { failureOf, openDesk, type Desk } from './support/the-desk.js';
import { until } from './support/until.js';

const ONE_ATTEMPT = { tokenRequest: { attempts: 1 } };
const REJECTION = { status: 400, body: { error: 'invalid_scope' } };

/** Whether a call causes a token request. */
async function asks(desk: Desk): Promise<boolean> {
  const { length } = desk.server.tokenRequests;
  await desk.source.getToken().catch(() => undefined);
  return desk.server.tokenRequests.length > length;
}

// Start of the desk's clock.
const GOOD_AT = Date.UTC(2030, 0, 1);

describe('after a rejection', () => {
  it('callers get the same error without a request for at least 24 s', async () => {
    await using desk = await openDesk();
    desk.server.tokenEndpoint.answerNext(1, REJECTION);

    const first = await failureOf(desk.source.getToken());
    desk.clock.advance(23_999);
    const later = await failureOf(desk.source.getToken());

    expect(later).toBe(first);
    expect(desk.server.tokenRequests).toHaveLength(1);
    expect(desk.tokens.snapshot()[0]).toMatchObject({
      state: 'failing',
      lastErrorCode: 'token_request_rejected',
    });
  });

  it('one attempt is made after at most 36 s', async () => {
    await using desk = await openDesk();
    desk.server.tokenEndpoint.answerNext(2, REJECTION);
    await failureOf(desk.source.getToken());
    desk.clock.advance(36_000);

    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => desk.source.getToken()));

    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(desk.server.tokenRequests).toHaveLength(2);
    expect(await asks(desk)).toBe(false);
  });

  it('a success clears the failure', async () => {
    await using desk = await openDesk();
    desk.server.tokenEndpoint.answerNext(1, REJECTION);
    await failureOf(desk.source.getToken());
    desk.clock.advance(36_000);

    await desk.source.getToken();

    expect(desk.tokens.snapshot()[0]).toMatchObject({ state: 'fresh', failures: 1, acquisitions: 1 });
  });

  it('other tokens of the provider are still acquired', async () => {
    await using desk = await openDesk();
    desk.server.tokenEndpoint.answerNext(1, REJECTION);
    await failureOf(desk.source.getToken({ scope: 'wrong' }));

    await expect(desk.source.getToken({ scope: 'right' })).resolves.toBeDefined();
  });

  it('of a background refresh, the current token is served without further requests', async () => {
    await using desk = await openDesk({ server: { lifetimeSeconds: 1_000 } });
    const current = await desk.source.getToken();
    desk.clock.advance(900_000);
    desk.server.tokenEndpoint.answerNext(1, REJECTION);
    await desk.source.getToken();
    await until(() => desk.events.length === 2);
    desk.clock.advance(20_000);

    const later = await desk.source.getToken();

    expect(later.value).toBe(current.value);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });
});

describe('after 429 without a time', () => {
  it('callers get the same error for 30 s, doubling each time up to 15 min', async () => {
    await using desk = await openDesk({ provider: ONE_ATTEMPT });
    desk.server.failNext(Infinity, { status: 429 });
    await failureOf(desk.source.getToken());

    const pausesMs = [30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000];
    for (const pauseMs of pausesMs) {
      desk.clock.advance(pauseMs - 1);
      expect(await asks(desk)).toBe(false);
      desk.clock.advance(1);
      expect(await asks(desk)).toBe(true);
    }

    expect(desk.server.tokenRequests).toHaveLength(1 + pausesMs.length);
  });

  it.each([
    ['a success', (desk: Desk) => desk.source.getToken()],
    [
      'another failure',
      (desk: Desk) => {
        desk.server.failNext(1);
        return failureOf(desk.source.getToken());
      },
    ],
    ['a reset', async (desk: Desk) => desk.source.reset()],
  ])('%s resets the pause to 30 s', async (_, intervene) => {
    await using desk = await openDesk({ provider: ONE_ATTEMPT });
    desk.server.failNext(2, { status: 429 });
    await failureOf(desk.source.getToken());
    desk.clock.advance(30_000);
    await failureOf(desk.source.getToken());
    desk.clock.advance(60_000);

    await intervene(desk);
    desk.server.failNext(1, { status: 429 });
    await failureOf(desk.source.getToken({ forceRefresh: true }));
    desk.clock.advance(29_999);
    await expect(desk.source.getToken({ forceRefresh: true })).rejects.toMatchObject({ endpointStatus: 429 });
    desk.clock.advance(1);

    await expect(desk.source.getToken({ forceRefresh: true })).resolves.toBeDefined();
  });
});

describe('any other failure', () => {
  it.each([
    ['of the server', { status: 500 }],
    ['of the connection', 'reset' as const],
    ['of the answer', { status: 200, body: '{}' }],
  ])('%s is not remembered', async (_, fault) => {
    await using desk = await openDesk({ provider: ONE_ATTEMPT });
    desk.server.tokenEndpoint.answerNext(1, fault);

    await failureOf(desk.source.getToken());

    await expect(desk.source.getToken()).resolves.toBeDefined();
    expect(desk.server.tokenRequests).toHaveLength(2);
  });
});

describe('a reset', () => {
  it.each([
    ['a rejection', REJECTION],
    ['429', { status: 429 }],
    ['a time that the server named', { status: 503, headers: { 'retry-after': '3600' } }],
  ])('clears the failure after %s', async (_, fault) => {
    await using desk = await openDesk({ provider: ONE_ATTEMPT });
    desk.server.tokenEndpoint.answerNext(1, fault);
    await failureOf(desk.source.getToken());
    const before = await asks(desk);

    desk.source.reset();

    expect(before).toBe(false);
    await expect(desk.source.getToken()).resolves.toBeDefined();
  });

  it('keeps the current token', async () => {
    await using desk = await openDesk();
    const token = await desk.source.getToken();

    desk.source.reset();

    expect((await desk.source.getToken()).value).toBe(token.value);
  });
});

describe('a store that fails', () => {
  const down = (): never => {
    throw new Error('redis://user:p4ssw0rd@cache is down');
  };
  const broken: Record<string, TokenStore> = {
    rejects: { get: async () => down(), set: async () => down(), delete: async () => down() },
    throws: { get: down, set: down, delete: down },
  };

  it.each(Object.keys(broken))('and %s fails no call, and emits an event', async (how) => {
    await using desk = await openDesk({ manager: { store: broken[how] as TokenStore } });

    const first = await desk.source.getToken();
    await desk.source.invalidate(first);
    await desk.source.getToken();
    await new Promise(setImmediate);

    expect(new Set(outline(desk.events))).toEqual(
      new Set([
        'store.unavailable',
        'token.acquired initial',
        'token.invalidated requested',
        'token.acquired rejected',
      ]),
    );
    expect(new Set(desk.events.map((event) => 'operation' in event && event.operation))).toEqual(
      new Set([false, 'get']),
    );
    expect(desk.events.filter(({ type }) => type === 'store.unavailable')).toHaveLength(1);
    expect(JSON.stringify(desk.events)).not.toContain('p4ssw0rd');
  });

  it.each([
    ['nonsense', 'nonsense'],
    ['an empty object', '{}'],
    ['null', 'null'],
    [
      'an older format',
      `{"format":1,"value":"T","type":"Bearer","scopes":[],"lifetimeMs":1e9,"requestedAt":${GOOD_AT}}`,
    ],
    ['the format before this one', `[2,"Bearer",[],1e9,${GOOD_AT},{}]\nT`],
    ['a newer format', `4,1e9,${GOOD_AT}\nT`],
    ['no text at all', 7 as unknown as string],
    ['a lifetime that is none', `3,null,${GOOD_AT}\nT`],
    ['scopes that are none', `3,1e9,${GOOD_AT},{"scopes":"all"}\nT`],
    ['a type that is none', `3,1e9,${GOOD_AT},{"type":7}\nT`],
    ['a token that has ended', '3,1000,0\nT'],
    ['a token that no header can carry', `3,1e9,${GOOD_AT}\nT\r\nx: y`],
    ['no token', `3,1e9,${GOOD_AT}\n`],
    ['a token for somebody who has a certificate', `3,1e9,${GOOD_AT},{"boundTo":"x"}\nT`],
  ])('and returns %s is treated as empty', async (_, text) => {
    const store: TokenStore = {
      get: async () => text,
      set: async () => undefined,
      delete: async () => undefined,
    };
    await using desk = await openDesk({ manager: { store } });

    const { value } = await desk.source.getToken();

    expect(value).toBe(desk.server.issued[0]?.value);
  });

  it('and contains a token of another process serves that token', async () => {
    const store: TokenStore = {
      get: async () => `3,1e9,${GOOD_AT},{"scopes":["granted"]}\nT`,
      set: async () => undefined,
      delete: async () => undefined,
    };
    await using desk = await openDesk({ manager: { store } });

    const { value, type, scopes } = await desk.source.getToken({ scope: ['asked'] });

    expect({ value, type, scopes }).toEqual({ value: 'T', type: 'Bearer', scopes: ['granted'] });
    expect(desk.server.issued).toHaveLength(0);
  });

  it('to write quickly does not delay the call', async () => {
    const store: TokenStore = {
      get: async () => undefined,
      set: () => new Promise(() => undefined),
      delete: async () => undefined,
    };
    await using desk = await openDesk({ manager: { store } });

    await expect(desk.source.getToken()).resolves.toBeDefined();
  });
});

describe('a listener', () => {
  it('that throws fails no call', async () => {
    await using desk = await openDesk();
    desk.tokens.onEvent(() => {
      throw new Error('The listener failed.');
    });

    await expect(desk.source.getToken()).resolves.toBeDefined();
  });

  it('that rejects fails no call, and leaves nothing unhandled', async () => {
    await using desk = await openDesk();
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    let calls = 0;
    const listener: unknown = async () => {
      calls += 1;
      throw new Error('The listener failed.');
    };
    desk.tokens.onEvent(listener as TokenEventListener);

    await desk.source.getToken();
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('unhandledRejection', note);

    expect(calls).toBe(1);
    expect(unhandled).toEqual([]);
  });

  it('gets no events after it unsubscribed', async () => {
    await using desk = await openDesk();
    const heard: string[] = [];
    const leave = desk.tokens.onEvent(({ type }) => void heard.push(type));
    await desk.source.getToken();

    leave();
    await desk.source.getToken({ forceRefresh: true });

    expect(heard).toEqual(['token.acquired']);
  });

  it('gets provider, scopes and time', async () => {
    await using desk = await openDesk();

    await desk.source.getToken({ scope: 'a b' });

    expect(desk.events).toEqual([
      {
        type: 'token.acquired',
        provider: 'desk',
        scopes: ['a', 'b'],
        at: desk.clock.now(),
        reason: 'initial',
        durationMs: 0,
        expiresAt: desk.clock.now() + 3_600_000,
        isSameToken: false,
      },
    ]);
  });
});

describe('an unknown provider', () => {
  it('is a ClientCredentialsError that lists the known names', async () => {
    await using desk = await openDesk();

    expect(() => desk.tokens.source('desc')).toThrow(
      expect.objectContaining({ code: 'unknown_provider', message: expect.stringContaining('(desk)') }),
    );
  });
});

describe('the advice of an error', () => {
  it.each([
    [429, 'Callers get this error for 30 seconds, and longer after each further 429.'],
    [503, 'The next call tries again.'],
  ])('after %d describes the next call', async (status, advice) => {
    await using desk = await openDesk({ provider: { tokenRequest: { attempts: 1 } } });
    desk.server.failNext(1, { status });

    const error = await failureOf(desk.source.getToken());
    await desk.source.getToken().catch(() => undefined);

    expect(error.message).toContain(advice);
    expect(desk.server.tokenRequests).toHaveLength(status === 429 ? 1 : 2);
  });
});
