import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSmartDocumentor } from './smart-documentor.js';
import {
  addBasic,
  asJson,
  asPut,
  bodyCredentials,
  change,
  changeHeader,
  drop,
  encodeForm,
  formHeaders,
  invalidToken,
  rawSecret,
} from './spec-support/changes.js';
import { describeProvider } from './spec-support/describe-provider.js';
import { OpenedProvider, json } from './spec-support/opened-provider.js';
import type { ProviderCase } from './spec-support/provider-case.js';

/** The only documented error. */
const invalidClient = { error: 'invalid_client' };

const smartDocumentor: ProviderCase = {
  name: 'SmartDocumentor',
  start: startSmartDocumentor,
  documented: (provider) => ({
    headers: formHeaders,
    parameters: { grant_type: 'client_credentials', scope: 'WebAPI', ...bodyCredentials(provider) },
    encode: encodeForm,
  }),
  answer: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600, scope: 'WebAPI' },
  accepted: [['a charset', changeHeader('content-type', `${formHeaders['content-type']};charset=utf-8`)]],
  refused: [
    ['a wrong secret', change('client_secret', 'wrong'), 400, invalidClient],
    ['a secret that was not encoded', rawSecret, 400, invalidClient],
    ['credentials in the header as well', addBasic, 400, invalidClient],
    ['no scope', drop('scope'), 400, invalidClient],
    ['the scope in lower case', change('scope', 'webapi'), 400, invalidClient],
    ['an audience', change('audience', 'WebAPI'), 400, invalidClient],
    ['JSON instead of a form', asJson, 400, invalidClient],
    ['another method', asPut, 400, invalidClient],
  ],
  lifetimeSeconds: 3600,
  call: ['POST', '/api/v1.0/external/sdtask/process'],
  refusal: invalidToken,
};

describeProvider(smartDocumentor);

describe('a task at SmartDocumentor', () => {
  const processPath = '/api/v1.0/external/sdtask/process';
  let opened: OpenedProvider;
  let bearer: string;
  beforeAll(async () => {
    opened = await OpenedProvider.open(smartDocumentor);
    bearer = `Bearer ${await opened.getToken()}`;
  });
  afterAll(() => opened.close());

  it('is first processing, then completed', async () => {
    const file = json({ fileName: 'contract.pdf', fileContent: 'AAAA' });

    const { body } = await opened.call('POST', processPath, file, bearer);
    const statusPath = `/api/v1.0/external/sdtask/${String(body['taskId'])}/status`;
    const looks = [
      await opened.call('GET', statusPath, {}, bearer),
      await opened.call('GET', statusPath, {}, bearer),
    ];

    expect(looks.map((look) => look.body['status'])).toEqual(['Processing', 'Completed']);
  });

  it('needs a file', async () => {
    expect((await opened.call('POST', processPath, json({ fileName: 'contract.pdf' }), bearer)).status).toBe(
      400,
    );
  });
});
