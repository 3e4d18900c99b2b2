import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSigneasy } from './signeasy.js';
import {
  bodyCredentials,
  change,
  invalidToken,
  jsonHeaders,
  oauthError,
  refusedByJsonProviders,
} from './spec-support/changes.js';
import { describeProvider } from './spec-support/describe-provider.js';
import { OpenedProvider, json } from './spec-support/opened-provider.js';
import type { ProviderCase } from './spec-support/provider-case.js';

const audience = 'https://api-ext.signeasy.com/';

const signeasy: ProviderCase = {
  name: 'Signeasy',
  start: startSigneasy,
  documented: (provider) => ({
    headers: jsonHeaders,
    parameters: { grant_type: 'client_credentials', audience, ...bodyCredentials(provider) },
    encode: (parameters) => JSON.stringify(parameters),
  }),
  answer: {
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: 2_592_000,
    scope: 'rs:read rs:update',
  },
  refused: [
    ...refusedByJsonProviders,
    [
      'the audience without its slash',
      change('audience', audience.slice(0, -1)),
      400,
      oauthError('invalid_request'),
    ],
    [
      'the API as audience',
      change('audience', 'https://api.signeasy.com/v3'),
      400,
      oauthError('invalid_request'),
    ],
  ],
  lifetimeSeconds: 2_592_000,
  call: ['GET', '/me'],
  refusal: invalidToken,
};

describeProvider(signeasy);

describe('an envelope at Signeasy', () => {
  let opened: OpenedProvider;
  let bearer: string;
  beforeAll(async () => {
    opened = await OpenedProvider.open(signeasy);
    bearer = `Bearer ${await opened.getToken()}`;
  });
  afterAll(() => opened.close());

  it.each([
    ['is sent to its recipients', [{ email: 'a@example.com' }], 201],
    ['needs a recipient', [], 400],
  ])('%s', async (_, recipients, status) => {
    const envelope = json({ name: 'contract', recipients });

    expect((await opened.call('POST', '/rs/envelope', envelope, bearer)).status).toBe(status);
  });
});
