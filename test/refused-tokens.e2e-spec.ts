import axios from 'axios';
import { describe, expect, it } from '@jest/globals';
import {
  authorizeAxios,
  authorizeFetch,
  MemoryTokenStore,
  type TokenStore,
} from 'nestjs-client-credentials/core';
import { attachmentOf } from './support/attachment-of.js';
import { openDesk, type Desk } from './support/the-desk.js';

const SCOPE = { scope: 'refused' };

/** Uses other tokens, so that a memory of two entries drops every idle entry before. */
async function useOthers({ source }: Desk): Promise<void> {
  for (const scope of ['one', 'two', 'three']) await source.getToken({ scope });
}

/** A bounded manager in front of a store that keeps everything. */
function roomyStore(): TokenStore {
  const memory = new MemoryTokenStore();
  return {
    maxEntries: 2,
    get: (key) => memory.get(key),
    set: (key, value, ttlMs) => memory.set(key, value, ttlMs),
    delete: (key) => memory.delete(key),
    lock: (key, ttlMs) => memory.lock(key, ttlMs),
  };
}

describe('a refused token is not sent again from the store', () => {
  it('if its entry is dropped between the refusal and the replacement', async () => {
    await using desk = await openDesk({ manager: { store: roomyStore() } });
    const refused = await desk.source.getToken(SCOPE);
    const attachment = attachmentOf(desk.source);

    const decision = await attachment.refuse(refused, SCOPE);
    await useOthers(desk);
    const next = await attachment.getToken(SCOPE, undefined);

    expect(decision).toBe('another');
    expect(next.value).not.toBe(refused.value);
  });

  it('if a call that was sent before is refused late', async () => {
    await using desk = await openDesk({ manager: { store: roomyStore() } });
    const refused = await desk.source.getToken(SCOPE);
    const attachment = attachmentOf(desk.source);
    await useOthers(desk);
    await desk.source.getToken({ ...SCOPE, minRemainingSeconds: 3_599 });

    await attachment.refuse(refused, SCOPE);
    await useOthers(desk);
    const next = await attachment.getToken(SCOPE, undefined);

    expect(next.value).not.toBe(refused.value);
  });

  it('if its tenant is looked up again between the refusal and the replacement', async () => {
    const tenants = () => ({ clientId: 'desk' });
    await using desk = await openDesk({
      server: { clientAuthentication: () => true },
      manager: { store: roomyStore() },
      provider: { tenants, tenantCache: { max: 1 } },
    });
    const source = desk.source.forTenant('a');
    const refused = await source.getToken(SCOPE);

    const attachment = await attachmentOf(source).forCall(SCOPE, () => ({
      method: 'GET',
      url: '',
      headers: {},
    }));
    await attachment.refuse(refused, SCOPE);
    for (const tenant of ['b', 'c']) await desk.source.forTenant(tenant).getToken();
    const next = await source.getToken(SCOPE);

    expect(next.value).not.toBe(refused.value);
  });

  it('if a client that was created again took it from there before the refusal', async () => {
    const tenants = () => ({ clientId: 'desk' });
    await using desk = await openDesk({
      server: { clientAuthentication: () => true },
      manager: { store: roomyStore() },
      provider: { tenants, tenantCache: { max: 1 } },
    });
    const source = desk.source.forTenant('a');
    const refused = await source.getToken(SCOPE);
    const before = await attachmentOf(source).forCall(SCOPE, () => ({ method: 'GET', url: '', headers: {} }));
    for (const tenant of ['b', 'c']) await desk.source.forTenant(tenant).getToken();
    const taken = await source.getToken(SCOPE);

    await before.refuse(refused, SCOPE);
    const next = await source.getToken(SCOPE);

    expect(taken.value).toBe(refused.value);
    expect(next.value).not.toBe(refused.value);
  });

  it('while the same token of another provider is used on', async () => {
    await using desk = await openDesk({ server: { newToken: () => 'the-only-one' } });
    const other = desk.tokens.add('other', desk.server.providerConfig);
    const refused = await desk.source.getToken();
    const same = await other.getToken();

    await attachmentOf(desk.source).refuse(refused, {});
    const next = await other.getToken();

    expect([same.value, next.value]).toEqual(['the-only-one', 'the-only-one']);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('but is used if the token endpoint issues it once more', async () => {
    await using desk = await openDesk({ manager: { store: roomyStore() } });
    const refused = await desk.source.getToken(SCOPE);
    await attachmentOf(desk.source).refuse(refused, SCOPE);
    desk.server.tokenEndpoint.answerNext(1, { body: { access_token: refused.value, expires_in: 3600 } });
    await desk.source.getToken(SCOPE);
    await useOthers(desk);
    const requests = desk.server.tokenRequests.length;

    const next = await desk.source.getToken(SCOPE);

    expect(next.value).toBe(refused.value);
    expect(desk.server.tokenRequests).toHaveLength(requests);
  });

  it.each([
    ['that keeps everything', roomyStore],
    ['of two entries', () => new MemoryTokenStore({ maxEntries: 2 })],
  ])('in many calls with two entries, in front of a store %s', async (_, makeStore) => {
    await using desk = await openDesk({
      manager: { store: makeStore() },
      provider: { reacquire: { cooldownSeconds: 0 } },
    });
    const http = axios.create({ baseURL: desk.server.apiUrl, validateStatus: () => true });
    authorizeAxios(http, desk.source);
    /** Tokens whose refusal was received, and those sent after that. */
    const refusals = new Set<string>();
    const sentAgain: string[] = [];
    const adapter = axios.getAdapter('http');
    http.defaults.adapter = async (config) => {
      const sent = String(config.headers.get('authorization'));
      if (refusals.has(sent)) sentAgain.push(sent);
      const response = await adapter(config);
      if (response.status === 401) refusals.add(sent);
      return response;
    };

    for (let round = 0; round < 10; round += 1) {
      const calls = Array.from({ length: 12 }, (__, index) =>
        http.get('/documents', { clientCredentials: { scope: `scope-${index % 4}` } }),
      );
      if (round % 2 === 1) desk.server.revoke();
      await Promise.all(calls);
    }

    expect(refusals.size).toBeGreaterThan(0);
    expect(sentAgain).toEqual([]);
  });
});

describe.each<[string, (desk: Desk) => (path: string) => Promise<number>]>([
  [
    'axios',
    ({ server, source }) => {
      const http = axios.create({ baseURL: server.apiUrl, validateStatus: () => true });
      authorizeAxios(http, source);
      return async (path) => (await http.get(path)).status;
    },
  ],
  [
    'fetch',
    ({ server, source }) => {
      const send = authorizeFetch(source);
      return async (path) => (await send(server.apiUrl + path)).status;
    },
  ],
])('a token that was refused when a call of %s was sent once more', (_, sender) => {
  it.each([undefined, 0])('is sent with no later call (cooldown %s)', async (cooldownSeconds) => {
    const reacquire = cooldownSeconds === undefined ? {} : { cooldownSeconds };
    await using desk = await openDesk({ provider: { reacquire } });
    const { server, source } = desk;
    const get = sender(desk);
    await source.getToken();
    server.api.hold();
    const first = get('/first');
    await server.api.received(1);
    server.revoke();
    const forced = await source.getToken({ forceRefresh: true });
    server.revoke();
    server.api.release();

    const status = await first;
    const later = await get('/later');

    expect([status, later]).toEqual([401, 200]);
    const sent = server.apiRequests.filter(({ token }) => token === forced.value);
    expect(sent.map(({ url }) => url)).toEqual(['/first']);
  });
});
