import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import axios from 'axios';
import type {
  ClientAuthentication,
  Dialect,
  GetTokenOptions,
  Parameters,
  ProviderConfig,
  TokenRequest,
} from 'nestjs-client-credentials/core';
import type { RecordedRequest } from 'nestjs-client-credentials/testing';
import { attachmentOf } from './support/attachment-of.js';
import { failureOf, openDesk, type DeskOptions } from './support/the-desk.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const ONE_ATTEMPT: Partial<ProviderConfig> = { tokenRequest: { attempts: 1 } };

interface Wire {
  method?: string;
  url?: string;
  text?: string;
  authorization?: string | undefined;
  contentType?: string | undefined;
}

const FORM = 'application/x-www-form-urlencoded';
const POST: DeskOptions = { server: { clientAuthentication: 'client_secret_post' } };
const withDialect = (dialect: Dialect, more: DeskOptions = {}): DeskOptions => ({
  ...more,
  server: { ...more.server, dialect },
});

const wireOf = (request: RecordedRequest | undefined): object => ({
  ...request,
  status: request?.status,
  authorization: request?.headers.authorization,
  contentType: request?.headers['content-type'],
});

describe('a token request', () => {
  it.each<[sentence: string, options: DeskOptions, wire: Wire]>([
    [
      'carries id and secret in the header, and neither in the body, by default',
      {},
      {
        method: 'POST',
        url: '/token',
        text: 'grant_type=client_credentials',
        authorization: `Basic ${base64('client:secret')}`,
        contentType: FORM,
      },
    ],
    [
      'has just the four parameters, and no header, with client_secret_post',
      { ...POST, provider: { scope: 'documents' } },
      {
        text: 'grant_type=client_credentials&scope=documents&client_id=client&client_secret=secret',
        authorization: undefined,
        contentType: FORM,
      },
    ],
    [
      'of a public client has its id alone',
      { server: { clientAuthentication: 'none' } },
      { text: 'grant_type=client_credentials&client_id=client', authorization: undefined },
    ],
    [
      'in JSON names the audience byte for byte',
      withDialect({ requestEncoding: 'json' }, { ...POST, provider: { audience: 'https://x.example/ä b/' } }),
      {
        text: '{"grant_type":"client_credentials","audience":"https://x.example/ä b/","client_id":"client","client_secret":"secret"}',
        authorization: undefined,
        contentType: 'application/json',
      },
    ],
    [
      'has another grant type and its parameters, and no scope unless one is configured',
      withDialect({ grantType: 'account_credentials' }, { provider: { parameters: { account_id: 'a/1' } } }),
      {
        text: 'grant_type=account_credentials&account_id=a%2F1',
        authorization: `Basic ${base64('client:secret')}`,
      },
    ],
    [
      'by GET has renamed parameters in the query, and no body',
      withDialect(
        { method: 'GET', parameterNames: { client_id: 'appid', client_secret: 'secret' } },
        { server: { clientAuthentication: 'client_secret_post', tokenPath: '/cgi-bin/token?v=2' } },
      ),
      {
        method: 'GET',
        url: '/cgi-bin/token?v=2&grant_type=client_credentials&appid=client&secret=secret',
        text: '',
        authorization: undefined,
        contentType: undefined,
      },
    ],
    [
      'names no grant type where the provider wants none',
      withDialect({ grantType: null }, { provider: { scope: 'x' } }),
      { text: 'scope=x' },
    ],
    [
      'has another word before the credentials',
      withDialect({ basicScheme: 'ID' }),
      { authorization: `ID ${base64('client:secret')}` },
    ],
    [
      'joins scopes by commas',
      withDialect({ scopeSeparator: ',' }, { provider: { scope: ['a', 'b'] } }),
      { text: 'grant_type=client_credentials&scope=a%2Cb' },
    ],
    [
      'names each of several resources (RFC 8707)',
      { provider: { resource: ['https://a', 'https://b'] } },
      { text: 'grant_type=client_credentials&resource=https%3A%2F%2Fa&resource=https%3A%2F%2Fb' },
    ],
    [
      'has no line break in a long header',
      { server: { clientSecret: 's'.repeat(400) } },
      { authorization: `Basic ${base64(`client:${'s'.repeat(400)}`)}` },
    ],
  ])('%s', async (_, options, wire) => {
    await using desk = await openDesk(options);

    await desk.source.getToken();

    expect(desk.server.tokenRequests).toHaveLength(1);
    expect(wireOf(desk.server.tokenRequests[0])).toMatchObject({ status: 200, ...wire });
  });

  it('carries a header for the token endpoint alone', async () => {
    await using desk = await openDesk({ server: { dialect: { headers: { 'x-merchant-id': 'm-1' } } } });

    await desk.source.getToken();

    expect(desk.server.tokenRequests[0]?.headers['x-merchant-id']).toBe('m-1');
    expect(attachmentOf(desk.source).headers).toEqual({});
  });

  it('requests the scope, audience and resource of the call instead of the configured ones', async () => {
    await using desk = await openDesk({
      provider: { scope: 'read', audience: 'a', parameters: { realm: 'r', tier: '1' } },
    });

    await desk.source.getToken({ scope: 'write', audience: 'b', resource: 'c', parameters: { tier: '2' } });

    expect(desk.server.tokenRequests[0]?.parameters).toEqual({
      grant_type: 'client_credentials',
      scope: 'write',
      audience: 'b',
      resource: 'c',
      realm: 'r',
      tier: '2',
    });
  });

  it('is unaffected by defaults and interceptors of the global axios', async () => {
    await using desk = await openDesk();
    const interceptor = axios.interceptors.request.use((config) => {
      config.headers.set('x-intercepted', 'yes');
      return config;
    });
    axios.defaults.headers.common['x-global'] = 'yes';

    await desk.source.getToken();
    delete axios.defaults.headers.common['x-global'];
    axios.interceptors.request.eject(interceptor);

    const { 'user-agent': agent, ...headers } = desk.server.tokenRequests[0]?.headers ?? {};
    expect(Object.keys(headers).toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
    ]);
    expect(headers['accept']).toBe('application/json');
    expect(agent).toBe('nestjs-client-credentials');
  });
});

describe('the token request', () => {
  it('uses the configuration as it was at construction, even if the object changes later', async () => {
    const scope = ['read'];
    await using desk = await openDesk({ provider: { scope } });

    scope[0] = 'write';
    const token = await desk.source.getToken();

    expect(desk.server.tokenRequests.map(({ parameters }) => parameters['scope'])).toEqual(['read']);
    expect(token.scopes).toEqual(['read']);
  });

  it('is not affected by a listener that changes an event', async () => {
    await using desk = await openDesk({ provider: { scope: 'read write' } });
    desk.tokens.onEvent(({ scopes }) => void (scopes as string[]).splice(0, 1));

    await desk.source.getToken();
    const { scopes } = await desk.source.getToken({ forceRefresh: true });

    const asked = desk.server.tokenRequests.map(({ parameters }) => parameters['scope']);
    expect(asked).toEqual(['read write', 'read write']);
    expect(scopes).toEqual(['read', 'write']);
  });
});

describe('a secret of any characters arrives unchanged', () => {
  const SECRETS = [' %&+£€$', '${x}', '%s%20', 'секрет', 'a:b"c\\d', '+/=~-._*'];
  const WAYS: [string, DeskOptions][] = [
    ['in Basic', {}],
    ['in Basic as it is', withDialect({ basicCredentials: 'raw' })],
    ['in a form', POST],
    ['in JSON', withDialect({ requestEncoding: 'json' }, POST)],
    ['in a query', withDialect({ method: 'GET' }, POST)],
  ];

  it.each(WAYS.flatMap(([way, options]) => SECRETS.map((secret) => [way, secret, options] as const)))(
    '%s: %j',
    async (_, clientSecret, options) => {
      await using desk = await openDesk({
        ...options,
        server: { ...options.server, clientSecret },
        provider: ONE_ATTEMPT,
      });

      await expect(desk.source.getToken()).resolves.toBeDefined();
    },
  );

  it('leaves letters, digits and -._* in Basic as they are, for servers that do not decode', async () => {
    await using desk = await openDesk({ server: { clientId: 'my-app_1.x*', clientSecret: 'AZaz09-._*' } });

    await desk.source.getToken();

    expect(desk.server.tokenRequests[0]?.headers.authorization).toBe(
      `Basic ${base64('my-app_1.x*:AZaz09-._*')}`,
    );
  });
});

describe('client authentication by a function', () => {
  it('runs for every attempt', async () => {
    let proofs = 0;
    const clientAuthentication: ClientAuthentication = async ({ headers, parameters, url, method }) => {
      proofs += 1;
      headers['x-proof'] = `proof-${proofs}`;
      parameters['asked'] = `${method} ${new URL(url).pathname}`;
    };
    await using desk = await openDesk({
      server: { clientAuthentication: () => true },
      provider: { clientAuthentication },
    });
    desk.server.failNext(1);

    await desk.source.getToken();

    expect(desk.server.tokenRequests.map(({ headers }) => headers['x-proof'])).toEqual([
      'proof-1',
      'proof-2',
    ]);
    expect(desk.server.tokenRequests[0]?.parameters['asked']).toBe('POST /token');
    expect(desk.server.tokenRequests[0]?.headers.authorization).toBeUndefined();
  });

  it('may change and remove headers and parameters', async () => {
    await using desk = await openDesk({
      server: { clientAuthentication: () => true },
      provider: {
        scope: 'x',
        clientAuthentication: (attempt) => {
          delete attempt.parameters['scope'];
          attempt.parameters['grant_type'] = 'client_credentials';
          attempt.url += '?v=2';
        },
      },
    });

    await desk.source.getToken();

    expect(desk.server.tokenRequests[0]).toMatchObject({
      url: '/token?v=2',
      text: 'grant_type=client_credentials',
    });
  });

  it('that throws causes a ClientCredentialsError, and no request is sent', async () => {
    await using desk = await openDesk({
      provider: {
        clientAuthentication: () => {
          throw new Error('The key store is locked.');
        },
      },
    });

    const error = await failureOf(desk.source.getToken());

    expect(error).toMatchObject({ code: 'token_endpoint_unavailable', provider: 'desk', retryable: true });
    expect(error.message).toContain('the configured function or file failed (Error)');
    expect(inspect(error, { depth: 9 })).not.toContain('The key store is locked.');
    expect(desk.server.tokenRequests).toHaveLength(0);
  });
});

describe('parameters by a function', () => {
  it('are read for every attempt, with the scope, audience and tenant of the token', async () => {
    const contexts: unknown[] = [];
    await using desk = await openDesk({
      provider: {
        scope: 'a b',
        parameters: async (context) => {
          contexts.push(context);
          return { nonce: `n-${contexts.length}` };
        },
      },
    });
    desk.server.failNext(1);

    await desk.source.getToken({ audience: 'x' });

    expect(desk.server.tokenRequests.map(({ parameters }) => parameters['nonce'])).toEqual(['n-1', 'n-2']);
    expect(contexts[0]).toEqual({ scope: ['a', 'b'], resource: [], audience: 'x' });
  });

  it.each<[string, Parameters]>([
    ['name a standard parameter', { scope: 'everything' }],
    ['name an assertion', { client_assertion: 'x' }],
    ['hold a value that a form cannot carry', { tier: 2 }],
  ])('that %s are a configuration error, and no request is sent', async (_, parameters) => {
    await using desk = await openDesk({
      provider: { parameters: () => parameters },
    });

    const error = await failureOf(desk.source.getToken());

    expect(error.code).toBe('invalid_configuration');
    expect(error.message).toContain(`parameters.${Object.keys(parameters)[0]}`);
    expect(desk.server.tokenRequests).toHaveLength(0);
  });

  it('of one call may not override standard parameters either', async () => {
    await using desk = await openDesk();

    const error = await failureOf(desk.source.getToken({ parameters: { grant_type: 'password' } }));

    expect(error.code).toBe('invalid_configuration');
    expect(desk.server.tokenRequests).toHaveLength(0);
  });

  it('keep their JSON types in a JSON body', async () => {
    await using desk = await openDesk({
      server: { dialect: { requestEncoding: 'json' } },
      provider: { parameters: { tier: 2, tags: ['a'], nested: { ok: true } } },
    });

    await desk.source.getToken();

    expect(desk.server.tokenRequests[0]?.parameters).toMatchObject({
      tier: 2,
      tags: ['a'],
      nested: { ok: true },
    });
  });
});

describe('a wrong secret', () => {
  const secretsSent = (requests: readonly RecordedRequest[]): string[] =>
    requests.map(({ headers }) =>
      Buffer.from(headers.authorization?.slice('Basic '.length) ?? '', 'base64')
        .toString()
        .slice('client:'.length),
    );

  it('costs one request: other authentication methods are never tried', async () => {
    await using desk = await openDesk({ provider: { clientSecret: 'wrong' } });

    const error = await failureOf(desk.source.getToken());

    expect(error.code).toBe('token_request_rejected');
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('is followed by the next secret of a list, and the accepted secret is tried first from then on', async () => {
    await using desk = await openDesk({
      server: { clientSecret: 'new' },
      provider: { clientSecret: ['old', 'new'] },
    });

    await desk.source.getToken();
    await desk.source.getToken({ forceRefresh: true });

    expect(secretsSent(desk.server.tokenRequests)).toEqual(['old', 'new', 'new']);
  });

  it('fails the call when every secret of a list is refused', async () => {
    await using desk = await openDesk({ provider: { clientSecret: ['a', 'b', 'c'] } });

    const error = await failureOf(desk.source.getToken());

    expect(error.code).toBe('token_request_rejected');
    expect(secretsSent(desk.server.tokenRequests)).toEqual(['a', 'b', 'c']);
  });

  it('from a function is read again at once, and tried if it changed', async () => {
    const vault = ['old', 'new'];
    await using desk = await openDesk({
      server: { clientSecret: 'new' },
      provider: { clientSecret: async () => vault.shift() ?? 'new' },
    });

    await desk.source.getToken();

    expect(secretsSent(desk.server.tokenRequests)).toEqual(['old', 'new']);
  });

  it('from a function is not tried again if it did not change', async () => {
    let reads = 0;
    await using desk = await openDesk({
      provider: {
        clientSecret: () => {
          reads += 1;
          return 'wrong';
        },
      },
    });

    await failureOf(desk.source.getToken());

    expect(secretsSent(desk.server.tokenRequests)).toEqual(['wrong']);
    expect(reads).toBe(2);
  });

  it('from a function that returns another secret every time is tried twice, not endlessly', async () => {
    let reads = 0;
    await using desk = await openDesk({
      provider: { clientSecret: () => `wrong-${++reads}`, tokenRequest: { timeoutMs: 2_000 } },
    });

    const error = await failureOf(desk.source.getToken());

    expect(error.code).toBe('token_request_rejected');
    expect(secretsSent(desk.server.tokenRequests)).toEqual(['wrong-1', 'wrong-2']);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['an empty list', []],
    ['a number', 7],
    ['a list with a gap', ['a', undefined]],
  ])(
    'from a function that returns %s is a ClientCredentialsError, and no request is sent',
    async (_, given) => {
      await using desk = await openDesk({ provider: { clientSecret: () => given as string } });

      const error = await failureOf(desk.source.getToken());

      expect(error.message).toContain('clientSecret did not give a non-empty string');
      expect(desk.server.tokenRequests).toHaveLength(0);
    },
  );

  it('is not retried when the scope is refused', async () => {
    await using desk = await openDesk({ provider: { clientSecret: ['secret', 'other'] } });
    desk.server.tokenEndpoint.answerNext(1, { status: 400, body: { error: 'invalid_scope' } });

    await failureOf(desk.source.getToken());

    expect(desk.server.tokenRequests).toHaveLength(1);
  });
});

describe('a secret that also appears in the error', () => {
  it('is refused, and the next secret is tried', async () => {
    let reading = 0;
    const clientSecret = (): string => (reading++ === 0 ? 'client' : 'secret');
    await using desk = await openDesk({ provider: { clientSecret } });
    desk.server.failNext(1, { status: 400, body: { error: 'invalid_client' } });

    await desk.source.getToken();

    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('from a function that fails at the second read leaves the rejection, which is remembered', async () => {
    let reading = 0;
    const clientSecret = (): string => {
      if (reading++ > 0) throw new Error('The vault is sealed.');
      return 'wrong';
    };
    await using desk = await openDesk({ provider: { clientSecret } });

    const first = await failureOf(desk.source.getToken());
    const second = await failureOf(desk.source.getToken());

    expect([first.code, second.code]).toEqual(['token_request_rejected', 'token_request_rejected']);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });
});

describe.each<[string, Partial<ProviderConfig>]>([
  ['a provider', {}],
  ['a provider with tenants', { tenants: () => ({}) }],
])('a request of %s that says what cannot be', (_, provider) => {
  it.each<[unknown, string]>([
    [{ scope: 5 }, 'getToken.scope: must be a string or a list of strings'],
    [{ scop: 'x' }, 'getToken.scop: is no option here; did you mean "scope"?'],
    [{ minRemainingSeconds: '5' }, 'getToken.minRemainingSeconds: must be a number of seconds'],
    ['read', 'getToken: must be an object, such as { scope }'],
    [null, 'getToken: must be an object, such as { scope }'],
  ])('is refused before anything is sent: %j', async (request, message) => {
    await using desk = await openDesk({ provider });

    const failure = await failureOf(desk.source.forTenant('a').getToken(request as GetTokenOptions));

    expect(failure.code).toBe('invalid_configuration');
    expect(failure.message).toContain(message);
    expect(desk.server.tokenRequests).toEqual([]);
  });

  it('is refused by `with` as well', async () => {
    await using desk = await openDesk({ provider });

    expect(() => desk.source.with({ scop: 'x' } as TokenRequest)).toThrow(
      'with.scop: is no option here; did you mean "scope"?',
    );
  });
});
