import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RESISTANT_WRITE_SCOPE, startResistantDocuments } from './resistant-documents.js';
import {
  addQuery,
  asJson,
  asPut,
  basic,
  bodyCredentials,
  change,
  changeHeader,
  drop,
  dropHeader,
  encodeForm,
  formHeaders,
  invalidToken,
  jsonHeaders,
  oauthError,
  twice,
  without,
} from './spec-support/changes.js';
import { describeProvider } from './spec-support/describe-provider.js';
import { OpenedProvider, json } from './spec-support/opened-provider.js';
import type { Change, ProviderCase } from './spec-support/provider-case.js';

const scope = 'submissions.read submissions.write';
const escapedSpace: Change = () => ({
  encode: (parameters) => encodeForm(parameters).replaceAll('+', '%20'),
});
const plainCredentials: Change = ({ headers }, { client }) => ({
  headers: { ...headers, authorization: `Basic ${client.clientId}:${client.clientSecret}` },
});
const idInBodyToo: Change = ({ parameters }, { client }) => ({
  parameters: { ...parameters, client_id: client.clientId },
});
const credentialsInBody: Change = ({ headers, parameters }, provider) => ({
  headers: without(headers, 'authorization'),
  parameters: { ...parameters, ...bodyCredentials(provider) },
});

const resistant: ProviderCase = {
  name: 'Resistant Documents',
  start: startResistantDocuments,
  documented: (provider) => ({
    headers: { ...formHeaders, accept: 'application/json', authorization: basic(provider) },
    parameters: { grant_type: 'client_credentials', scope },
    encode: encodeForm,
  }),
  answer: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 900, scope },
  accepted: [['%20 between the scopes', escapedSpace]],
  refused: [
    ['no credentials', dropHeader('authorization'), 401, oauthError('invalid_client')],
    ['wrong ones', changeHeader('authorization', `Basic ${btoa('a:b')}`), 401, oauthError('invalid_client')],
    ['credentials without base64', plainCredentials, 401, oauthError('invalid_client')],
    ['the client id in the body as well', idInBodyToo, 400, oauthError('invalid_request')],
    ['the credentials in the body instead', credentialsInBody, 401, oauthError('invalid_client')],
    ['another Accept', changeHeader('accept', 'application/json, */*'), 400, oauthError('invalid_request')],
    ['no scope', drop('scope'), 400, oauthError('invalid_request')],
    ['one scope only', change('scope', 'submissions.read'), 400, oauthError('invalid_scope')],
    [
      'a comma between the scopes',
      change('scope', scope.replace(' ', ',')),
      400,
      oauthError('invalid_scope'),
    ],
    ['another grant type', change('grant_type', 'password'), 400, oauthError('unsupported_grant_type')],
    ['JSON instead of a form', asJson, 400, oauthError('invalid_request')],
    [
      'a form labelled as JSON',
      changeHeader('content-type', jsonHeaders['content-type']),
      400,
      oauthError('invalid_request'),
    ],
    ['parameters sent twice', twice, 400, oauthError('invalid_request')],
    ['parameters in the query', addQuery, 400, oauthError('invalid_request')],
    ['another method', asPut, 400, oauthError('invalid_request')],
  ],
  lifetimeSeconds: 900,
  call: ['POST', '/v2/submission'],
  refusal: invalidToken,
};

describeProvider(resistant);

describe('a submission at Resistant Documents', () => {
  const file = { headers: { 'content-type': 'application/octet-stream' }, body: 'a document' };
  let opened: OpenedProvider;
  let bearer: string;
  beforeAll(async () => {
    opened = await OpenedProvider.open(resistant);
    bearer = `Bearer ${await opened.getToken()}`;
  });
  afterAll(() => opened.close());

  async function createSubmission() {
    const submission = json({ query_id: 'contract', pipeline_configuration: 'FRAUD_ONLY' });
    const { body } = await opened.call('POST', '/v2/submission', submission, bearer);
    return {
      fraudPath: `/v2/submission/${String(body['submission_id'])}/fraud`,
      uploadUrl: String(body['upload_url']),
    };
  }

  it('is analysed after the upload: 404 twice, then the result', async () => {
    const { fraudPath, uploadUrl } = await createSubmission();
    const look = () => opened.call('GET', fraudPath, {}, bearer);

    const before = await look();
    const upload = await opened.call('PUT', uploadUrl, file);
    const looks = [await look(), await look(), await look()];

    expect([before.status, upload.status, ...looks.map(({ status }) => status)]).toEqual([
      404, 200, 404, 404, 200,
    ]);
    expect(looks[2]?.body).toMatchObject({ score: 'NORMAL' });
  });

  it('gets an upload address on an origin that is neither the API nor the token endpoint', async () => {
    const { uploadUrl } = await createSubmission();

    const addresses = [uploadUrl, opened.provider.apiBaseURL, opened.provider.tokenUrl];

    expect(new Set(addresses.map((address) => new URL(address).origin)).size).toBe(3);
  });

  it.each<[string, number, string, (url: string) => [string, RequestInit, string?]]>([
    ['with a bearer', 400, 'InvalidArgument', (url) => [url, file, bearer]],
    ['with another Authorization', 400, 'InvalidArgument', (url) => [url, file, 'Basic YTpi']],
    ['without a signature', 403, 'SignatureDoesNotMatch', (url) => [url.replace(/\?.*/, ''), file]],
    ['with another signature', 403, 'SignatureDoesNotMatch', (url) => [`${url}0`, file]],
    ['without its content type', 403, 'SignatureDoesNotMatch', (url) => [url, { body: file.body }]],
  ])('refuses an upload %s', async (_, status, code, vary) => {
    const { uploadUrl } = await createSubmission();

    const upload = await opened.call('PUT', ...vary(uploadUrl));

    expect([upload.status, upload.body['text']]).toEqual([
      status,
      expect.stringContaining(`<Code>${code}</Code>`),
    ]);
  });

  it('is refused without its two properties', async () => {
    const { status } = await opened.call('POST', '/v2/submission', json({ query_id: 'contract' }), bearer);

    expect(status).toBe(400);
  });
});

describe('a scope that Resistant Documents takes away', () => {
  it('is missing from tokens, and refused by the calls that need it, with a challenge', async () => {
    const provider = await startResistantDocuments();
    const opened = await OpenedProvider.open({ ...resistant, start: async () => provider });
    const bearer = `Bearer ${await opened.getToken()}`;
    const submission = json({ query_id: 'contract', pipeline_configuration: 'FRAUD_ONLY' });

    provider.withheldScope = RESISTANT_WRITE_SCOPE;
    const refused = await opened.call('POST', '/v2/submission', submission, bearer);
    const read = await opened.call('GET', '/v2/submission/none/fraud', {}, bearer);
    const { body } = await opened.requestToken();
    provider.withheldScope = undefined;
    const accepted = await opened.call('POST', '/v2/submission', submission, bearer);
    await opened.close();

    expect([refused.status, read.status, accepted.status]).toEqual([403, 404, 200]);
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="submissions.write"',
    );
    expect(body['scope']).toBe('submissions.read');
  });
});
