import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OpenedProvider } from './opened-provider.js';
import type { Change, ProviderCase } from './provider-case.js';

/** Tests that every sandbox provider must pass. */
export function describeProvider(providerCase: ProviderCase): void {
  describeTokenEndpoint(providerCase);
  describeBearer(providerCase);
}

function describeTokenEndpoint(providerCase: ProviderCase): void {
  describe(`the token endpoint of ${providerCase.name}`, () => {
    let opened: OpenedProvider;
    beforeAll(async () => {
      opened = await OpenedProvider.open(providerCase);
    });
    afterAll(() => opened.close());

    it('answers the documented request as documented', async () => {
      const { status, body } = await opened.requestToken();

      expect([status, body]).toEqual([200, providerCase.answer]);
    });

    it('issues a new token each time, and counts the requests', async () => {
      const before = opened.provider.counts.tokenRequests;

      const tokens = [await opened.getToken(), await opened.getToken()];

      expect(new Set(tokens).size).toBe(2);
      expect(opened.provider.counts).toEqual({ tokenRequests: before + 2, apiCalls: 0 });
    });

    const unchanged: [string, Change] = ['the documented request', () => ({})];
    it.each([unchanged, ...(providerCase.accepted ?? [])])('accepts %s', async (_, vary) => {
      expect((await opened.requestToken(vary)).status).toBe(200);
    });

    it.each(providerCase.refused)('refuses %s', async (_, vary, status, body) => {
      const answer = await opened.requestToken(vary);

      expect([answer.status, answer.body]).toEqual([status, body]);
    });

    it('answers 503 during an outage, and issues tokens again after it', async () => {
      opened.provider.outage.isOn = true;
      const during = await opened.requestToken();
      opened.provider.outage.isOn = false;

      expect([during.status, (await opened.requestToken()).status]).toEqual([503, 200]);
    });

    it('answers 404 on another path', async () => {
      expect((await opened.requestToken(() => ({ path: '/token' }))).status).toBe(404);
    });
  });
}

function describeBearer(providerCase: ProviderCase): void {
  describe(`the API of ${providerCase.name}`, () => {
    const [method, path] = providerCase.call;
    let opened: OpenedProvider;
    let now = 0;
    beforeAll(async () => {
      opened = await OpenedProvider.open(providerCase, { now: () => now });
    });
    afterAll(() => opened.close());

    it('accepts a valid token and counts the call', async () => {
      const token = await opened.getToken();
      const before = opened.provider.counts.apiCalls;

      const { status } = await opened.call(method, path, {}, `Bearer ${token}`);

      expect(status).not.toBe(401);
      expect(opened.provider.counts.apiCalls).toBe(before + 1);
    });

    it('answers 401 without a token', async () => {
      expect((await opened.call(method, path)).status).toBe(401);
    });

    it.each([
      ['an unknown token', () => 'Bearer unknown'],
      ['a token without its scheme', (token: string) => token],
      ['the scheme in lower case', (token: string) => `bearer ${token}`],
      ['another scheme', (token: string) => `Basic ${token}`],
    ])('answers 401 to %s', async (_, authorization) => {
      const token = await opened.getToken();

      const { status, body } = await opened.call(method, path, {}, authorization(token));

      expect([status, body]).toEqual([401, providerCase.refusal(/not valid/)]);
    });

    it('answers 401 to tokens that were revoked, and accepts later ones', async () => {
      const revoked = await opened.getToken();
      opened.provider.revokeTokens();
      const later = await opened.getToken();

      const answers = [];
      for (const token of [revoked, later])
        answers.push((await opened.call(method, path, {}, `Bearer ${token}`)).status === 401);

      expect(answers).toEqual([true, false]);
    });

    it('forgets tokens some time after their end', async () => {
      const token = await opened.getToken();
      now += providerCase.lifetimeSeconds * 1000 + 600_000;
      await opened.getToken();

      const { body } = await opened.call(method, path, {}, `Bearer ${token}`);

      expect(body).toEqual(providerCase.refusal(/not valid/));
    });

    it('answers 401 to its token after the lifetime', async () => {
      const token = await opened.getToken();

      now += providerCase.lifetimeSeconds * 1000 - 1;
      const last = await opened.call(method, path, {}, `Bearer ${token}`);
      now += 1;
      const { status, body } = await opened.call(method, path, {}, `Bearer ${token}`);

      expect(last.status).not.toBe(401);
      expect([status, body]).toEqual([401, providerCase.refusal(/expired/)]);
    });
  });
}
