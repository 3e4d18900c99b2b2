import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Agent } from 'node:https';
import { connect, createServer, type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  TokenManager,
  type ClientCredentialsErrorCode,
  type ProviderConfig,
  type TokenRequest,
} from 'nestjs-client-credentials/core';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type ScriptedAnswer,
} from 'nestjs-client-credentials/testing';
import { CertificateAuthority } from './support/certificate-authority.js';
import { listen } from './support/listen.js';
import { startMetadataServer } from './support/metadata-server.js';
import { errorOf } from './support/outcome.js';

const SECRET = 'a-secret-nobody-may-see';
const HTML = '<!DOCTYPE html><html><body>Sign in</body></html>';
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let authority: CertificateAuthority;

beforeAll(async () => {
  authority = await CertificateAuthority.found();
});

/** A mistake, and what its error must say. */
interface Mistake {
  /** Changes the options of a client that is right. */
  readonly options?: (
    server: AuthorizationServer,
  ) => Partial<ProviderConfig> | Promise<Partial<ProviderConfig>>;
  /** What the call asks for. */
  readonly request?: TokenRequest;
  /** What the endpoint answers, as it would by itself where nothing is said. */
  readonly answer?: ScriptedAnswer;
  readonly code: ClientCredentialsErrorCode;
  /** The option to look at, and all else that the message must have. */
  readonly says: readonly (string | RegExp)[];
  /** What would lead an engineer astray. */
  readonly saysNot?: RegExp;
}

const refusal = (status: number, error: string, description?: string): ScriptedAnswer => ({
  status,
  body: { error, ...(description !== undefined && { error_description: description }) },
});

const dated =
  (offsetMs: number): ScriptedAnswer =>
  (_: unknown, response: ServerResponse) => {
    response.setHeader('date', new Date(Date.now() + offsetMs).toUTCString());
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: 'invalid_client' }));
  };

const assertions = (): Partial<ProviderConfig> => ({
  clientAuthentication: 'private_key_jwt',
  privateKey: { key: privateKey },
});

const misleading = /\bscope\b|\baudience\b/i;

const mistakes: [string, Mistake][] = [
  [
    'a tokenUrl where nothing is (404)',
    {
      answer: { status: 404, body: '' },
      code: 'token_request_rejected',
      says: ['404', 'tokenUrl', /nothing is there|no token endpoint/i],
      saysNot: misleading,
    },
  ],
  [
    'a tokenUrl that takes no POST (405)',
    {
      answer: { status: 405, body: { message: 'Method Not Allowed' } },
      code: 'token_request_rejected',
      says: ['405', 'tokenUrl'],
      saysNot: misleading,
    },
  ],
  [
    'a tokenUrl that is a page (404, HTML)',
    {
      answer: { status: 404, headers: { 'content-type': 'text/html' }, body: HTML },
      code: 'token_request_rejected',
      says: ['tokenUrl'],
      saysNot: misleading,
    },
  ],
  [
    'a tokenUrl that is a page for who has signed in (401, HTML)',
    {
      answer: { status: 401, headers: { 'content-type': 'text/html' }, body: HTML },
      code: 'token_request_rejected',
      says: ['Check tokenUrl', 'clientSecret'],
    },
  ],
  [
    'a clock that is slow, with proofs',
    {
      options: () => ({ dpop: true }),
      answer: (_: unknown, response: ServerResponse) => {
        response.setHeader('date', new Date(Date.now() + 5 * 60_000).toUTCString());
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: 'invalid_dpop_proof' }));
      },
      code: 'token_request_rejected',
      says: ['invalid_dpop_proof', /clock, which is \d+ seconds behind/],
    },
  ],
  [
    'a tokenUrl that is a page (200, HTML)',
    {
      answer: { status: 200, headers: { 'content-type': 'text/html' }, body: HTML },
      code: 'invalid_token_response',
      says: ['tokenUrl', /HTML/i],
    },
  ],
  [
    'a tokenUrl that is a page of another content type (200, HTML)',
    {
      answer: { status: 200, headers: { 'content-type': 'application/json' }, body: HTML },
      code: 'invalid_token_response',
      says: ['tokenUrl', /HTML/i],
    },
  ],
  [
    'a tokenUrl that leads elsewhere (302)',
    {
      answer: { redirectTo: 'https://id.example.com/login' },
      code: 'invalid_token_response',
      says: ['302', 'tokenUrl', /redirect/i, 'id.example.com'],
      saysNot: misleading,
    },
  ],
  [
    'a secret that is wrong, in the header',
    {
      options: () => ({ clientSecret: SECRET }),
      code: 'token_request_rejected',
      says: [
        'invalid_client',
        'clientSecret',
        'clientAuthentication',
        'client_secret_basic',
        'client_secret_post',
      ],
      saysNot: misleading,
    },
  ],
  [
    'the wrong method: credentials in the body',
    {
      options: () => ({ clientAuthentication: 'client_secret_post' }),
      code: 'token_request_rejected',
      says: ['invalid_client', 'clientAuthentication', 'client_secret_post', 'client_secret_basic'],
      saysNot: misleading,
    },
  ],
  [
    'an assertion that is not taken',
    {
      options: assertions,
      answer: refusal(401, 'invalid_client'),
      code: 'token_request_rejected',
      says: ['invalid_client', 'private_key_jwt', 'privateKey', /assertion/],
      saysNot: /client_secret_post/,
    },
  ],
  [
    'a secret with a newline at its end',
    {
      options: () => ({ clientSecret: `${SECRET}\n` }),
      code: 'invalid_configuration',
      says: ['providers.desk.clientSecret', /line break|newline/i],
    },
  ],
  [
    'a client id with a tab at its end',
    {
      options: () => ({ clientId: 'desk\t' }),
      code: 'invalid_configuration',
      says: ['providers.desk.clientId', /\btab\b/i],
    },
  ],
  [
    'a secret with an outer blank',
    {
      options: () => ({ clientSecret: ` ${SECRET}` }),
      code: 'token_request_rejected',
      says: ['invalid_client', 'clientSecret', /blank|white ?space/i],
    },
  ],
  [
    'a client id with an outer blank',
    {
      options: () => ({ clientId: 'desk ' }),
      code: 'token_request_rejected',
      says: ['invalid_client', 'clientId', /blank|white ?space/i],
    },
  ],
  [
    'a host that does not resolve',
    {
      options: () => ({ tokenUrl: 'https://no-such-host.invalid/token' }),
      code: 'token_endpoint_unavailable',
      says: ['tokenUrl', 'no-such-host.invalid:443'],
    },
  ],
  [
    'a port where nobody listens',
    {
      options: async () => {
        const gone = await startAuthorizationServer();
        await gone.close();
        return { tokenUrl: gone.tokenUrl };
      },
      code: 'token_endpoint_unavailable',
      says: ['tokenUrl', /127\.0\.0\.1:\d+/, /refused/i],
    },
  ],
  [
    'TLS where the server speaks none',
    {
      options: ({ tokenUrl }) => ({ tokenUrl: tokenUrl.replace('http:', 'https:') }),
      code: 'token_endpoint_unavailable',
      says: ['tokenUrl', /127\.0\.0\.1:\d+/, /TLS|https/i],
    },
  ],
  [
    'scopes that the provider does not know',
    {
      options: () => ({ scope: 'invoices.raed' }),
      answer: refusal(400, 'invalid_scope'),
      code: 'token_request_rejected',
      says: ['invalid_scope', /\bscope\b/, 'invoices.raed'],
      saysNot: /audience|dialect/,
    },
  ],
  [
    'a scope that only this call asks for',
    {
      options: () => ({ scope: 'invoices.read' }),
      request: { scope: 'invoices.wriet' },
      answer: refusal(400, 'invalid_scope'),
      code: 'token_request_rejected',
      says: ['invalid_scope', 'invoices.wriet'],
      saysNot: /invoices\.read/,
    },
  ],
  [
    'a resource that the provider does not know (RFC 8707)',
    {
      options: () => ({ resource: 'https://api.example.com/v9' }),
      answer: refusal(400, 'invalid_target'),
      code: 'token_request_rejected',
      says: ['invalid_target', 'resource', 'https://api.example.com/v9'],
      saysNot: /dialect/,
    },
  ],
  [
    'a tokenUrl that is gone (410)',
    {
      answer: { status: 410, body: '' },
      code: 'token_request_rejected',
      says: ['410', 'tokenUrl', /no token endpoint/i],
      saysNot: misleading,
    },
  ],
  [
    'a secret of a function with an outer blank',
    {
      options: () => ({ clientSecret: () => `${SECRET} ` }),
      code: 'token_request_rejected',
      says: ['invalid_client', 'clientSecret begins or ends with a blank'],
    },
  ],
  [
    'a grant that the provider does not have',
    {
      answer: refusal(400, 'unsupported_grant_type'),
      code: 'token_request_rejected',
      says: ['unsupported_grant_type', 'client_credentials', 'dialect.grantType'],
      saysNot: misleading,
    },
  ],
  [
    'a client that may not use the grant',
    {
      answer: refusal(400, 'unauthorized_client'),
      code: 'token_request_rejected',
      says: ['unauthorized_client', 'client_credentials', 'clientId'],
      saysNot: misleading,
    },
  ],
  [
    'a secret of Entra that has expired',
    {
      answer: refusal(
        401,
        'invalid_client',
        'AADSTS7000222: The provided client secret keys for app are expired.',
      ),
      code: 'token_request_rejected',
      says: ['AADSTS7000222', 'clientSecret'],
    },
  ],
  [
    'a resource of Entra that does not exist',
    {
      answer: refusal(400, 'invalid_resource', 'AADSTS500011: The resource principal was not found.'),
      code: 'token_request_rejected',
      says: ['AADSTS500011', 'invalid_resource'],
    },
  ],
  [
    'a clock that is slow, with assertions',
    {
      options: assertions,
      answer: dated(5 * 60_000),
      code: 'token_request_rejected',
      says: [/\bclock\b/i, /\b\d+ (s|seconds|min|minutes)\b/],
    },
  ],
  [
    'a clock that is fast, with assertions',
    {
      options: assertions,
      answer: dated(-5 * 60_000),
      code: 'token_request_rejected',
      says: [/\bclock\b/i, /\b\d+ (s|seconds|min|minutes)\b/],
    },
  ],
];

/** The error of the first token request with this mistake. */
async function errorOfMistake({
  options,
  answer,
  request,
}: Mistake): Promise<Error & Record<string, unknown>> {
  await using server = await startAuthorizationServer({ clientSecret: 'the-right-one', clientId: 'desk' });
  if (answer !== undefined) server.tokenEndpoint.answerNext(Infinity, answer);
  const changed = (await options?.(server)) ?? {};
  const right = { ...server.providerConfig, clientSecret: 'the-right-one', tokenRequest: { attempts: 1 } };
  const { clientSecret: _, clientAuthentication: __, ...withoutSecret } = right;
  const desk = { ...('privateKey' in changed ? withoutSecret : right), ...changed };
  return await errorOf(tokenOf(desk, request));
}

async function tokenOf(desk: ProviderConfig, request?: TokenRequest): Promise<unknown> {
  await using tokens = Object.assign(new TokenManager({ providers: { desk } }), {
    async [Symbol.asyncDispose]() {
      await tokens.close();
    },
  });
  return await tokens.source('desk').getToken(request);
}

describe('a mistake', () => {
  it.each(mistakes)('is told of with what to look at: %s', async (_, mistake) => {
    const error = await errorOfMistake(mistake);

    expect(error['code']).toBe(mistake.code);
    for (const part of mistake.says) expect(error.message).toMatch(asPattern(part));
    expect(error.message).not.toMatch(mistake.saysNot ?? /<html/);
    const seen = inspect(error, { depth: 12, showHidden: true });
    expect(seen).not.toContain(SECRET);
    expect(seen).not.toContain('the-right-one');
  });

  it.each(mistakes)(
    'is told of in two sentences or three, none of them with a page in it: %s',
    async (_, mistake) => {
      const error = await errorOfMistake(mistake);

      expect(error.message.length).toBeLessThan(600);
      expect(error.message).not.toMatch(/<html|<!doctype/i);
    },
  );

  it('is told of with what to look at: an authority that is not known', async () => {
    const endpoint = await listen((_, response) => void response.end('{}'), await authority.issueServer());
    const desk = {
      tokenUrl: `${endpoint.url}/token`,
      clientId: 'desk',
      clientSecret: SECRET,
      tokenRequest: { attempts: 1 },
    };

    const error = await errorOf(tokenOf(desk));
    await endpoint.close();

    expect(error['code']).toBe('token_endpoint_unavailable');
    expect(error.message).toContain(new URL(endpoint.url).host);
    expect(error.message).toContain('tokenRequest.axios.httpsAgent');
    expect(error.message).toContain('NODE_EXTRA_CA_CERTS');
    expect(inspect(error, { depth: 12 })).not.toContain(SECRET);
  });

  it('names the issuer that does not resolve, with its port', async () => {
    const desk = { issuer: 'https://no-such-host.invalid', clientId: 'desk', clientSecret: SECRET };

    const error = await errorOf(tokenOf({ ...desk, tokenRequest: { attempts: 1 } }));

    expect(error['code']).toBe('token_endpoint_unavailable');
    expect(error.message).toContain('no-such-host.invalid:443');
    expect(error.message).toContain('Check issuer');
    expect(error.message).not.toContain('tokenUrl');
  });

  it('names the issuer where its metadata lead to no token endpoint', async () => {
    await using metadata = await startMetadataServer();
    const issuer = metadata.url;
    metadata.documents.set('/.well-known/openid-configuration', { issuer, token_endpoint: `${issuer}/gone` });

    const error = await errorOf(tokenOf({ issuer, clientId: 'desk', clientSecret: SECRET }));

    expect(error).toMatchObject({ code: 'token_request_rejected', endpointStatus: 404 });
    expect(error.message).toContain('Check issuer: no token endpoint is there');
  });

  it.each([
    ['an authority that is not known', false],
    ['a certificate of another host', true],
  ])('is tried once and not three times: %s', async (_, isOfAnotherHost) => {
    let connections = 0;
    const endpoint = await listen(
      (_request, response) => void response.end('{}'),
      await (isOfAnotherHost ? authority.issueClient('CN=other.example.com') : authority.issueServer()),
    );
    const counting = createServer((socket) => {
      connections += 1;
      socket.pipe(connect(Number(new URL(endpoint.url).port), '127.0.0.1')).pipe(socket);
    });
    counting.listen(0, '127.0.0.1');
    await once(counting, 'listening');
    const { port } = counting.address() as AddressInfo;
    const trusted = { axios: { httpsAgent: new Agent({ ca: authority.cert }) } };

    const error = await errorOf(
      tokenOf({
        tokenUrl: `https://127.0.0.1:${port}/token`,
        clientId: 'desk',
        clientSecret: SECRET,
        tokenRequest: { attempts: 3, ...(isOfAnotherHost && trusted) },
      }),
    );
    counting.close();
    await endpoint.close();

    expect(error['code']).toBe('token_endpoint_unavailable');
    expect(connections).toBe(1);
  });

  it.each([
    ['the clock is right', { options: assertions, answer: dated(2_000) }],
    ['the clock does not matter', { answer: dated(5 * 60_000) }],
  ])('is not said to be an amount by which the clock is off where %s', async (_, mistake) => {
    const error = await errorOfMistake({ ...mistake, code: 'token_request_rejected', says: [] });

    expect(error.message).not.toMatch(/\b\d+ (s|seconds|min|minutes)\b/);
  });

  it.each([
    ['an error description that holds the secret', refusal(400, 'invalid_request', `wrong: the-right-one`)],
    ['a page that holds the secret', { status: 400, body: `<html>the-right-one</html>` }],
  ])('shows no secret by %s', async (_, answer) => {
    const error = await errorOfMistake({ answer, code: 'token_request_rejected', says: [] });

    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain('the-right-one');
  });
});

function asPattern(part: string | RegExp): RegExp {
  return typeof part === 'string'
    ? new RegExp(part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    : part;
}
