import axios from 'axios';
import { describe, expect, it } from '@jest/globals';
import {
  authorizeAxios,
  MemoryTokenStore,
  TokenManager,
  type AccessToken,
  type TokenSource,
} from 'nestjs-client-credentials/core';
import { outline } from './support/collect-events.js';
import { failureOf, openDesk, type Desk } from './support/the-desk.js';
import { until } from './support/until.js';

// Not sent in the last 10 s, renewed in the last 20 s. Configured margins have no jitter.
const MARGINS = { expirySkewSeconds: 10, refreshAheadSeconds: 20 };
const ONE_ATTEMPT = { tokenRequest: { attempts: 1 } };
const SETTINGS = { provider: { lifetime: MARGINS, ...ONE_ATTEMPT }, server: { lifetimeSeconds: 100 } };

/** Advances the clock until the token has this much time left. */
function leave(desk: Desk, token: AccessToken, remainingMs: number): void {
  desk.clock.advance(token.expiresAt - remainingMs - desk.clock.now());
}

/** Gets a token and waits for the background refresh that the call starts. */
async function askAndRefresh(desk: Desk): Promise<AccessToken> {
  const { length } = desk.events;
  const token = await desk.source.getToken();
  await until(() => desk.events.length > length);
  return token;
}

const valuesOf = async (source: TokenSource, times: number): Promise<string[]> =>
  (await Promise.all(Array.from({ length: times }, () => source.getToken()))).map(({ value }) => value);

describe('a token is served', () => {
  it.each([
    ['with the skew and 1 ms left', 10_001, true],
    ['not with just the skew left', 10_000, false],
    ['not with less than the skew left', 9_999, false],
    ['not at its end', 0, false],
    ['not after its end', -1_000, false],
  ])('%s', async (_, remainingMs, isServed) => {
    await using desk = await openDesk(SETTINGS);
    const first = await desk.source.getToken();
    leave(desk, first, remainingMs);

    const next = await desk.source.getToken();

    expect(next.value === first.value).toBe(isServed);
    expect(next.expiresAt).toBeGreaterThan(desk.clock.now());
  });

  it('for its lifetime from the request, not from the response', async () => {
    await using desk = await openDesk(SETTINGS);
    const asked = desk.clock.now();
    desk.server.tokenEndpoint.hold();

    const pending = desk.source.getToken();
    await desk.server.tokenEndpoint.received(1);
    desk.clock.advance(5_000);
    desk.server.tokenEndpoint.release();
    const token = await pending;

    expect(token).toMatchObject({ obtainedAt: asked, expiresAt: asked + 100_000 });
  });

  it('without any request while it is fresh', async () => {
    await using desk = await openDesk(SETTINGS);
    await desk.source.getToken();
    desk.clock.advance(79_999);

    await valuesOf(desk.source, 20);

    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it.each([
    ['an hour by default', undefined, 3_600_000],
    ['as long as is configured', 120, 120_000],
  ])('%s if the response has no lifetime', async (_, defaultSeconds, expectedMs) => {
    const lifetime = defaultSeconds === undefined ? {} : { defaultSeconds };
    await using desk = await openDesk({ server: { lifetimeSeconds: null }, provider: { lifetime } });

    const { obtainedAt, expiresAt } = await desk.source.getToken();

    expect(expiresAt - obtainedAt).toBe(expectedMs);
  });

  it.each([
    ['31 days by default', undefined, 31 * 86_400_000],
    ['as long as is configured', 60, 60_000],
  ])('%s at most, whatever the response claims', async (_, maxSeconds, expectedMs) => {
    const lifetime = maxSeconds === undefined ? {} : { maxSeconds };
    await using desk = await openDesk({ server: { lifetimeSeconds: 1e20 }, provider: { lifetime } });

    const { obtainedAt, expiresAt } = await desk.source.getToken();

    expect(expiresAt - obtainedAt).toBe(expectedMs);
  });

  it('for a while even with a lifetime of a few seconds', async () => {
    await using desk = await openDesk({ server: { lifetimeSeconds: 2 } });

    await desk.source.getToken();
    desk.clock.advance(1_000);
    await desk.source.getToken();

    expect(desk.server.tokenRequests).toHaveLength(1);
  });
});

describe('in the refresh-ahead window', () => {
  it('every caller gets the current token at once, with one token request', async () => {
    await using desk = await openDesk(SETTINGS);
    const first = await desk.source.getToken();
    leave(desk, first, 20_000);
    desk.server.tokenEndpoint.hold();

    const during = await valuesOf(desk.source, 50);
    await desk.server.tokenEndpoint.received(2);
    const [row] = desk.tokens.snapshot();
    desk.server.tokenEndpoint.release();
    await until(() => desk.events.length === 2);
    const after = await desk.source.getToken();

    expect(new Set(during)).toEqual(new Set([first.value]));
    expect(row?.state).toBe('refreshing');
    expect(after.value).toBe(desk.server.issued[1]?.value);
    expect(outline(desk.events)).toEqual(['token.acquired initial', 'token.acquired refresh-ahead']);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('a failure is reported to listeners only, and retried after a quarter of the remaining time', async () => {
    await using desk = await openDesk(SETTINGS);
    const first = await desk.source.getToken();
    leave(desk, first, 20_000);
    desk.server.failNext(1);

    await askAndRefresh(desk);
    const [degraded] = desk.tokens.snapshot();
    desk.clock.advance(4_999);
    const early = await valuesOf(desk.source, 5);
    const askedEarly = desk.server.tokenRequests.length;
    desk.clock.advance(1);
    await askAndRefresh(desk);

    expect(degraded).toMatchObject({
      state: 'degraded',
      lastErrorCode: 'token_endpoint_unavailable',
      failures: 1,
    });
    expect(desk.events[1]).toMatchObject({ type: 'token.failed', reason: 'refresh-ahead', isServed: true });
    expect(new Set(early)).toEqual(new Set([first.value]));
    expect(askedEarly).toBe(2);
    expect(desk.server.tokenRequests).toHaveLength(3);
    expect(desk.tokens.snapshot()[0]).toMatchObject({ state: 'fresh', lastErrorCode: undefined });
  });

  it('failures keep the token until its skew, and no longer', async () => {
    await using desk = await openDesk(SETTINGS);
    const first = await desk.source.getToken();
    desk.server.failNext(Infinity);
    leave(desk, first, 20_000);
    await askAndRefresh(desk);
    leave(desk, first, 10_001);
    const last = await desk.source.getToken();
    leave(desk, first, 10_000);

    const error = await failureOf(desk.source.getToken());

    expect(last.value).toBe(first.value);
    expect(error.code).toBe('token_endpoint_unavailable');
    expect(desk.tokens.snapshot()[0]?.state).toBe('failing');
  });

  it('a token that is already expired counts as a failure', async () => {
    await using desk = await openDesk(SETTINGS);
    const first = await desk.source.getToken();
    leave(desk, first, 20_000);
    desk.server.tokenEndpoint.hold();
    desk.server.tokenEndpoint.answerNext(1, { body: { access_token: 'T', expires_in: 5 } });

    await desk.source.getToken();
    await desk.server.tokenEndpoint.received(2);
    desk.clock.advance(5_000);
    desk.server.tokenEndpoint.release();
    await until(() => desk.events.length === 2);

    expect(desk.events[1]).toMatchObject({
      type: 'token.failed',
      code: 'invalid_token_response',
      isServed: true,
    });
    expect((await desk.source.getToken()).value).toBe(first.value);
  });

  it('two refreshes are a quarter of the lifetime apart, however wide the window', async () => {
    await using desk = await openDesk({
      server: { lifetimeSeconds: 100 },
      provider: { lifetime: { refreshAheadSeconds: 1_000 } },
    });
    await desk.source.getToken();

    await askAndRefresh(desk);
    desk.clock.advance(24_999);
    await valuesOf(desk.source, 5);
    const askedEarly = desk.server.tokenRequests.length;
    desk.clock.advance(1);
    await askAndRefresh(desk);

    expect(askedEarly).toBe(2);
    expect(desk.server.tokenRequests).toHaveLength(3);
  });

  it('there is no background refresh if 0 is configured', async () => {
    await using desk = await openDesk({
      server: { lifetimeSeconds: 100 },
      provider: { lifetime: { refreshAheadSeconds: 0 } },
    });
    const first = await desk.source.getToken();
    leave(desk, first, 10_001);

    await desk.source.getToken();
    await desk.source.getToken();

    expect(desk.events).toHaveLength(1);
  });
});

describe('a server that returns one token until expiry', () => {
  const SAME = { ...SETTINGS, server: { lifetimeSeconds: 600, sameTokenUntilExpiry: true } };

  it('is asked every 5 % of the lifetime in the window', async () => {
    await using desk = await openDesk({ ...SAME, provider: { lifetime: { refreshAheadSeconds: 120 } } });
    const first = await desk.source.getToken();
    leave(desk, first, 120_000);

    await askAndRefresh(desk);
    desk.clock.advance(29_999);
    await valuesOf(desk.source, 5);
    const askedEarly = desk.server.tokenRequests.length;
    desk.clock.advance(1);
    await askAndRefresh(desk);

    expect(desk.events[1]).toMatchObject({ type: 'token.acquired', isSameToken: true });
    expect(askedEarly).toBe(2);
    expect(desk.server.tokenRequests).toHaveLength(3);
  });

  it('is trusted until the expiry of that token, and asked for a new token then', async () => {
    await using desk = await openDesk(SAME);
    const first = await desk.source.getToken();
    leave(desk, first, 5_000);

    const last = await desk.source.getToken();
    desk.clock.advance(5_000);
    const next = await desk.source.getToken();

    expect(last).toMatchObject({ value: first.value, expiresAt: first.expiresAt });
    expect(next.value).toBe(desk.server.issued[1]?.value);
  });

  it('is asked again if it reports no lifetime left', async () => {
    await using desk = await openDesk({ ...SAME, provider: { tokenRequest: { attempts: 2 } } });
    const first = await desk.source.getToken();
    leave(desk, first, 500);

    const pending = desk.source.getToken();
    await until(() => desk.server.tokenRequests[1]?.status === 200);
    desk.clock.advance(500);
    const next = await pending;

    expect(next.value).toBe(desk.server.issued[1]?.value);
    expect(desk.server.tokenRequests).toHaveLength(3);
  });
});

describe('a caller that needs a token for some time', () => {
  it('waits for a new token if the current one has less', async () => {
    await using desk = await openDesk(SETTINGS);
    const first = await desk.source.getToken();
    leave(desk, first, 50_000);

    const enough = await desk.source.getToken({ minRemainingSeconds: 50 });
    const more = await desk.source.getToken({ minRemainingSeconds: 51 });

    expect(enough.value).toBe(first.value);
    expect(more.value).toBe(desk.server.issued[1]?.value);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('may be an API call', async () => {
    await using desk = await openDesk(SETTINGS);
    const http = axios.create({ baseURL: desk.server.apiUrl });
    authorizeAxios(http, desk.source);
    await http.get('/');
    leave(desk, await desk.source.getToken(), 50_000);

    await http.get('/', { clientCredentials: { minRemainingSeconds: 50 } });
    await http.get('/', { clientCredentials: { minRemainingSeconds: 51 } });

    const [first, second] = desk.server.issued.map(({ value }) => value);
    expect(desk.server.apiRequests.map(({ token }) => token)).toEqual([first, first, second]);
  });

  it('gets the current token if no token lives that long, without a request per call', async () => {
    await using desk = await openDesk(SETTINGS);

    for (let call = 0; call < 5; call += 1) await desk.source.getToken({ minRemainingSeconds: 3_600 });

    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('shares the token with callers without a minimum', async () => {
    await using desk = await openDesk(SETTINGS);
    const patient = desk.source.with({ minRemainingSeconds: 30 });

    const tokens = [await desk.source.getToken(), await patient.getToken()];

    expect(tokens[0]?.value).toBe(tokens[1]?.value);
    expect(desk.tokens.snapshot()).toHaveLength(1);
  });
});

describe('when the wall clock is set', () => {
  it.each([
    ['forward past the end, a new token is acquired', 100_000, 0, 2],
    ['back, a token is kept no longer than it lives', -3_600_000, 90_000, 2],
    ['back, a token is kept as long as it lives', -3_600_000, 79_000, 1],
  ])('%s', async (_, byMs, thenMs, requests) => {
    await using desk = await openDesk(SETTINGS);
    await desk.source.getToken();

    desk.clock.set(byMs);
    desk.clock.advance(thenMs);
    await desk.source.getToken();

    expect(desk.server.tokenRequests).toHaveLength(requests);
  });
});

describe('a forced refresh', () => {
  it('never returns the replaced token, and serves every later caller', async () => {
    await using desk = await openDesk(SETTINGS);
    const first = await desk.source.getToken();

    const forced = await desk.source.getToken({ forceRefresh: true });
    const next = await desk.source.getToken();

    expect(forced.value).not.toBe(first.value);
    expect(next.value).toBe(forced.value);
    expect(outline(desk.events)).toEqual(['token.acquired initial', 'token.acquired forced']);
  });

  it('joins no earlier token request', async () => {
    await using desk = await openDesk(SETTINGS);
    desk.server.tokenEndpoint.hold();
    const earlier = desk.source.getToken();
    await desk.server.tokenEndpoint.received(1);

    const forced = desk.source.getToken({ forceRefresh: true });
    desk.server.tokenEndpoint.release();

    expect((await forced).value).not.toBe((await earlier).value);
    expect((await forced).value).toBe(desk.server.issued[1]?.value);
  });

  it('is shared by concurrent forced callers', async () => {
    await using desk = await openDesk(SETTINGS);
    await desk.source.getToken();

    const forced = await Promise.all(
      Array.from({ length: 20 }, () => desk.source.getToken({ forceRefresh: true })),
    );

    expect(new Set(forced.map(({ value }) => value)).size).toBe(1);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('causes a second request, shared by callers that force during the first', async () => {
    await using desk = await openDesk(SETTINGS);
    desk.server.tokenEndpoint.hold();
    const first = desk.source.getToken({ forceRefresh: true });
    await desk.server.tokenEndpoint.received(1);

    const later = Array.from({ length: 20 }, () => desk.source.getToken({ forceRefresh: true }));
    desk.server.tokenEndpoint.release();
    const values = (await Promise.all(later)).map(({ value }) => value);

    expect(new Set(values)).toEqual(new Set([desk.server.issued[1]?.value]));
    expect((await first).value).toBe(desk.server.issued[0]?.value);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('that fails leaves the current token in use', async () => {
    await using desk = await openDesk(SETTINGS);
    const first = await desk.source.getToken();
    desk.server.failNext(1);

    const error = await failureOf(desk.source.getToken({ forceRefresh: true }));
    const next = await desk.source.getToken();

    expect(error.code).toBe('token_endpoint_unavailable');
    expect(next.value).toBe(first.value);
  });

  it('does not use the token in the store', async () => {
    const store = new MemoryTokenStore();
    await using desk = await openDesk({ ...SETTINGS, manager: { store } });
    const providers = { desk: { ...desk.server.providerConfig, ...SETTINGS.provider } };
    const other = new TokenManager({ providers, store, clock: desk.clock });
    const first = await desk.source.getToken();

    const shared = await other.source('desk').getToken();
    const forced = await new TokenManager({ providers, store, clock: desk.clock })
      .source('desk')
      .getToken({ forceRefresh: true });

    expect(shared.value).toBe(first.value);
    expect(forced.value).not.toBe(first.value);
  });
});

describe('the time between two background refreshes', () => {
  it('is a quarter of the lifetime, even with a forced refresh in between', async () => {
    await using desk = await openDesk({
      server: { lifetimeSeconds: 1000 },
      provider: { lifetime: { refreshAheadSeconds: 1000 } },
    });
    await desk.source.getToken();
    await desk.source.getToken();
    await desk.server.tokenEndpoint.received(2);
    await until(() => desk.tokens.snapshot()[0]?.acquisitions === 2);

    await desk.source.getToken({ forceRefresh: true });
    desk.clock.advance(249_000);
    await desk.source.getToken();
    expect(desk.tokens.snapshot()[0]?.state).toBe('fresh');
    desk.clock.advance(1_000);
    await desk.source.getToken();

    expect(desk.tokens.snapshot()[0]?.state).toBe('refreshing');
  });
});

describe('a caller that needs the whole lifetime of a token', () => {
  it('does not cause a request per call', async () => {
    await using desk = await openDesk({ server: { lifetimeSeconds: 3600 } });
    await desk.source.getToken();
    desk.clock.advance(10);

    for (let call = 0; call < 20; call += 1) await desk.source.getToken({ minRemainingSeconds: 3600 });

    expect(desk.server.tokenRequests).toHaveLength(1);
  });
});
