import { describe, expect, it } from '@jest/globals';
import { FYMA_TOKENS_PER_DAY, startFyma } from './fyma.js';
import {
  bodyCredentials,
  change,
  invalidToken,
  jsonHeaders,
  oauthError,
  refusedByJsonProviders,
} from './spec-support/changes.js';
import { describeProvider } from './spec-support/describe-provider.js';
import { OpenedProvider } from './spec-support/opened-provider.js';
import type { ProviderCase } from './spec-support/provider-case.js';

const audience = 'https://api.fyma.ai';

const fyma: ProviderCase = {
  name: 'Fyma',
  start: startFyma,
  documented: (provider) => ({
    headers: jsonHeaders,
    parameters: { grant_type: 'client_credentials', audience, ...bodyCredentials(provider) },
    encode: (parameters) => JSON.stringify(parameters),
  }),
  answer: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 86_400 },
  refused: [
    ...refusedByJsonProviders,
    ['a slash after the audience', change('audience', `${audience}/`), 400, oauthError('invalid_request')],
  ],
  lifetimeSeconds: 86_400,
  call: ['GET', '/tracking-cameras'],
  refusal: invalidToken,
};

describeProvider(fyma);

describe('the daily limit of Fyma', () => {
  it('refuses further tokens until the day is over', async () => {
    let now = Date.UTC(2030, 0, 1, 23);
    const opened = await OpenedProvider.open(fyma, { now: () => now });
    await opened.requestToken(change('client_secret', 'a refused request is no token'));

    const statuses = new Set<number>();
    for (let count = 0; count < FYMA_TOKENS_PER_DAY; count += 1) {
      statuses.add((await opened.requestToken()).status);
    }
    const refused = await opened.requestToken();
    now += 3_600_000;
    const nextDay = await opened.requestToken();
    await opened.close();

    expect([...statuses]).toEqual([200]);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3600']);
    expect(nextDay.status).toBe(200);
  });

  it('is larger for tokens that live shorter', async () => {
    const opened = await OpenedProvider.open(fyma, { now: () => 0, lifetimeSeconds: 43_200 });

    const statuses: number[] = [];
    for (let count = 0; count <= 2 * FYMA_TOKENS_PER_DAY; count += 1)
      statuses.push((await opened.requestToken()).status);
    await opened.close();

    expect(statuses).toEqual([...Array<number>(2 * FYMA_TOKENS_PER_DAY).fill(200), 429]);
  });
});
