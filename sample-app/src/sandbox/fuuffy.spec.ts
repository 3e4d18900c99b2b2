import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startFuuffy } from './fuuffy.js';
import {
  addBasic,
  asJson,
  asPut,
  bodyCredentials,
  change,
  drop,
  encodeForm,
  formHeaders,
  rawSecret,
} from './spec-support/changes.js';
import { describeProvider } from './spec-support/describe-provider.js';
import { OpenedProvider, json } from './spec-support/opened-provider.js';
import type { ProviderCase } from './spec-support/provider-case.js';

const invalidRequest = {
  error: { code: '400013', code_reason: 'invalid_request', message: 'Missing or invalid parameters' },
};
const invalidClient = {
  error: {
    code: '401021',
    code_reason: 'invalid_client',
    message: 'Invalid client_id, client_secret, or session_key',
  },
};

const fuuffy: ProviderCase = {
  name: 'Fuuffy',
  start: startFuuffy,
  documented: (provider) => ({
    headers: formHeaders,
    parameters: bodyCredentials(provider),
    encode: encodeForm,
  }),
  answer: { data: { access_token: expect.stringMatching(/^sk-/), token_type: 'Bearer', expires_in: 3600 } },
  accepted: [['the grant type of the guide', change('grant_type', 'client_credentials')]],
  refused: [
    ['another grant type', change('grant_type', 'password'), 400, invalidRequest],
    ['no secret', drop('client_secret'), 400, invalidRequest],
    ['a wrong secret', change('client_secret', 'wrong'), 401, invalidClient],
    ['a secret that was not encoded', rawSecret, 400, invalidRequest],
    ['a scope', change('scope', 'orders'), 400, invalidRequest],
    ['credentials in the header as well', addBasic, 400, invalidRequest],
    ['JSON instead of a form', asJson, 400, invalidRequest],
    ['another method', asPut, 400, invalidRequest],
  ],
  lifetimeSeconds: 3600,
  call: ['GET', '/order?id=1'],
  refusal: (message) => ({
    error: { code: 'invalid_token', message: expect.stringMatching(message), details: {} },
  }),
};

describeProvider(fuuffy);

describe('an order at Fuuffy', () => {
  let opened: OpenedProvider;
  let bearer: string;
  beforeAll(async () => {
    opened = await OpenedProvider.open(fuuffy);
    bearer = `Bearer ${await opened.getToken()}`;
  });
  afterAll(() => opened.close());

  it('is shipped, and wrapped in data', async () => {
    const { body } = await opened.call(
      'POST',
      '/orders',
      json({ document: 'contract', recipient: 'A' }),
      bearer,
    );
    const { id } = body['data'] as { id: string };

    const order = await opened.call('GET', `/order?id=${id}`, {}, bearer);

    expect(order.body).toEqual({ data: { id, status: 'shipped', document: 'contract' } });
  });

  it('needs a recipient', async () => {
    const { status, body } = await opened.call('POST', '/orders', json({ document: 'contract' }), bearer);

    expect([status, body]).toEqual([400, invalidRequest]);
  });

  it('is not found under another id', async () => {
    expect((await opened.call('GET', '/order?id=other', {}, bearer)).status).toBe(404);
  });
});
