import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import {
  MemoryTokenStore,
  TokenManager,
  type ClientAuthentication,
  type ClientCredentialsOptions,
  type ProviderConfig,
} from 'nestjs-client-credentials/core';
import type { AuthorizationServerOptions, RecordedRequest } from 'nestjs-client-credentials/testing';
import { failureOf, openDesk } from './support/the-desk.js';

const SECRET = 's3cr+et/väl"ue<&>';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Every textual form of a value: inspection, JSON and string. */
function printed(thing: unknown): string {
  const everything = { depth: Infinity, showHidden: true, getters: false, maxStringLength: null };
  const texts = [
    inspect(thing, everything),
    inspect(thing, { ...everything, customInspect: false }),
    inspect({ nested: [thing] }, everything),
    JSON.stringify(thing),
    JSON.stringify({ nested: [thing] }),
    String(thing),
  ];
  if (thing instanceof Error)
    texts.push(thing.stack ?? '', printed(Object.entries(thing)), printed(thing.cause));
  return texts.join('\n');
}

/** Every encoding of the secrets that a text could contain. */
const formsOf = (secrets: readonly string[]): string[] =>
  secrets.flatMap((secret) => [
    secret,
    base64(secret),
    base64(`client:${secret}`),
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    inspect(secret).slice(1, -1),
  ]);

function expectNothingOf(secrets: readonly string[], ...things: readonly unknown[]): void {
  const text = things.map(printed).join('\n');
  expect(formsOf(secrets).filter((form) => text.includes(form))).toEqual([]);
}

describe('an object of the library', () => {
  it('prints no token and no secret', async () => {
    await using desk = await openDesk({
      server: { clientSecret: SECRET },
      provider: {
        parameters: { pin: 'pin-secret-1' },
        dialect: { headers: { 'x-key': 'key-secret-2' }, apiHeaders: { 'client-id': 'api-secret-3' } },
        api: { baseURL: 'https://api.example.com', headers: { 'x-api-key': 'api-secret-4' } },
      },
    });

    const token = await desk.source.getToken();
    const snapshot = desk.tokens.snapshot();

    expectNothingOf(
      [token.value, SECRET, 'pin-secret-1', 'key-secret-2', 'api-secret-3', 'api-secret-4'],
      token,
      desk.source,
      desk.source.with({ scope: 'x' }),
      desk.tokens,
      snapshot,
      desk.events,
    );
    expect(printed(token)).toContain(snapshot[0]?.fingerprint);
  });

  it('gives the token to code that reads its value', async () => {
    await using desk = await openDesk();

    const { value, authorization } = await desk.source.getToken();

    expect(value).toBe(desk.server.issued[0]?.value);
    expect(authorization).toBe(`Bearer ${value}`);
  });
});

describe('an error response that quotes', () => {
  const clientAuthentication: ClientAuthentication = ({ headers, parameters, url }) => {
    headers['x-proof'] = 'proof-secret-1';
    parameters['client_assertion'] = 'assertion.secret-2';
    return void url;
  };
  const sent: [string, Partial<ProviderConfig>, AuthorizationServerOptions, string[]][] = [
    ['the secret of a header', {}, {}, [SECRET]],
    ['the secret of a form', {}, { clientAuthentication: 'client_secret_post' }, [SECRET]],
    [
      'the secret of JSON',
      {},
      { clientAuthentication: 'client_secret_post', dialect: { requestEncoding: 'json' } },
      [SECRET],
    ],
    [
      'the secret of a query',
      {},
      { clientAuthentication: 'client_secret_post', dialect: { method: 'GET' } },
      [SECRET],
    ],
    [
      'parameters',
      { parameters: { pin: 'pin-secret-1', code: '4711-0815' } },
      {},
      ['pin-secret-1', '4711-0815'],
    ],
    ['parameters of a function', { parameters: async () => ({ pin: 'pin-secret-1' }) }, {}, ['pin-secret-1']],
    [
      'numbers and lists',
      {
        parameters: { pin: 471_108_15, deep: [{ code: 'deep-secret-2' }] },
        dialect: { requestEncoding: 'json' },
      },
      {},
      ['47110815', 'deep-secret-2'],
    ],
    ['headers', { dialect: { headers: { 'x-key': 'key-secret-1' } } }, {}, ['key-secret-1']],
    ['a proof of its own making', { clientAuthentication }, {}, ['proof-secret-1', 'assertion.secret-2']],
    [
      'a key that a function put into the address',
      { clientAuthentication: (attempt) => void (attempt.url += '?key=url-secret-1') },
      {},
      ['url-secret-1'],
    ],
  ];
  const plain = (request: RecordedRequest): string =>
    [
      request.url,
      request.text,
      JSON.stringify(request.headers),
      JSON.stringify(request.parameters),
      Buffer.from(request.headers.authorization?.split(' ')[1] ?? '', 'base64').toString(),
      SECRET,
    ].join(' ');
  const shapes: [string, (text: string) => object][] = [
    ['description', (text) => ({ error: 'invalid_request', error_description: text })],
    ['code', (text) => ({ error: text })],
    ['message', (text) => ({ message: encodeURIComponent(text) })],
    ['page', (text) => Buffer.from(`<html><title>${text.replaceAll('<', '&lt;')}</title></html>`)],
  ];

  it.each(sent.flatMap((each) => shapes.map(([shape, write]) => [each[0], shape, each, write] as const)))(
    '%s (as %s) is shown redacted',
    async (_, _shape, [, provider, server, secrets], write) => {
      await using desk = await openDesk({
        server: { clientSecret: SECRET, ...server },
        provider: { ...provider, dialect: { ...server.dialect, ...provider.dialect } },
      });
      desk.server.tokenEndpoint.answerNext(1, (request, response) => {
        const body = write(plain(request));
        response.writeHead(400).end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
      });

      const error = await failureOf(desk.source.getToken());

      expect(error.message).toContain('status 400');
      expectNothingOf(secrets, error, desk.events, desk.tokens.snapshot());
    },
  );

  it.each([
    ['upper', (text: string) => text.toUpperCase()],
    ['lower', (text: string) => text.toLowerCase()],
  ])('everything that was sent, in %s case, is shown redacted', async (_, turn) => {
    await using desk = await openDesk({ server: { clientSecret: SECRET } });
    const quotes: string[] = [];
    desk.server.tokenEndpoint.answerNext(1, (request, response) => {
      const credentials = request.headers.authorization?.split(' ')[1] ?? '';
      quotes.push(...[credentials, SECRET, base64(SECRET), encodeURIComponent(SECRET)].map(turn));
      const body = { error: 'invalid_client', error_description: quotes.join(' ') };
      response.writeHead(401).end(JSON.stringify(body));
    });

    const error = await failureOf(desk.source.getToken());

    expect(error.message).toContain('[redacted]');
    expect(quotes.filter((quote) => printed(error).includes(quote))).toEqual([]);
  });

  it('three tokens that were replaced a moment ago is shown redacted', async () => {
    await using desk = await openDesk();
    for (let count = 0; count < 3; count += 1) await desk.source.getToken({ forceRefresh: true });
    const values = desk.server.issued.map(({ value }) => value);
    desk.server.tokenEndpoint.answerNext(1, {
      status: 400,
      body: { error: 'e', error_description: `Not one of ${values.join(', ')}.` },
    });

    const error = await failureOf(desk.source.getToken({ forceRefresh: true }));

    expect(error.oauthErrorDescription).toBe('Not one of [redacted], [redacted], [redacted].');
    expectNothingOf(values, error, desk.events);
  });

  it('a token that another process replaced is shown redacted', async () => {
    const store = new MemoryTokenStore();
    await using desk = await openDesk({ manager: { store } });
    const { value } = await desk.source.getToken();
    const other = new TokenManager({
      providers: { desk: desk.server.providerConfig },
      clock: desk.clock,
      store,
    });
    await other.source('desk').getToken({ forceRefresh: true });
    await desk.source.invalidate(value);
    await desk.source.getToken();
    desk.server.tokenEndpoint.answerNext(1, {
      status: 400,
      body: { error: 'e', error_description: `Not ${value}.` },
    });

    const error = await failureOf(desk.source.getToken({ forceRefresh: true }));

    expect(desk.server.tokenRequests).toHaveLength(3);
    expect(error.oauthErrorDescription).toBe('Not [redacted].');
    await other.close();
  });

  it('a MiB of escapes is cut before it is searched', async () => {
    await using desk = await openDesk({ server: { clientSecret: SECRET } });
    desk.server.tokenEndpoint.answerNext(1, {
      status: 400,
      body: { error: 'e', error_description: `Not ${encodeURIComponent(SECRET)} ${'%41 '.repeat(250_000)}` },
    });

    const error = await failureOf(desk.source.getToken());

    expect(error.oauthErrorDescription).toMatch(/^Not \[redacted\] (?:A |%41 )+.*…$/);
    expect(error.oauthErrorDescription?.length).toBeLessThanOrEqual(301);
  });

  it('a secret at the point where the text is cut is redacted whole', async () => {
    await using desk = await openDesk({ server: { clientSecret: 'abcdefghijklmnopqrstuvwxyz0123456789' } });
    desk.server.tokenEndpoint.answerNext(1, {
      status: 400,
      body: { error: 'e', error_description: `${'x'.repeat(290)}abcdefghijklmnopqrstuvwxyz0123456789` },
    });

    const error = await failureOf(desk.source.getToken());

    expect(printed(error)).toContain('xxx');
    expect(printed(error)).not.toContain('abcde');
  });

  it('the unusable token is shown redacted', async () => {
    await using desk = await openDesk();
    desk.server.tokenEndpoint.answerNext(1, {
      body: { access_token: 'token-secret with a blank', expires_in: 'token-secret' },
    });

    const error = await failureOf(desk.source.getToken());

    expect(error.code).toBe('invalid_token_response');
    expectNothingOf(['token-secret'], error, desk.events);
  });
});

describe('errors without a response', () => {
  it.each<[string, Partial<ProviderConfig>]>([
    ['a refused connection', { tokenUrl: 'http://127.0.0.1:1/token' }],
    ['an unknown host', { tokenUrl: 'https://nowhere.invalid/token' }],
    [
      'an unreachable proxy',
      { tokenRequest: { attempts: 1, axios: { proxy: { host: '127.0.0.1', port: 1, protocol: 'http' } } } },
    ],
    [
      'a function that quotes its input',
      { parameters: () => Promise.reject(new Error(`No ${SECRET} here`)) },
    ],
  ])('contain no request: %s', async (_, provider) => {
    await using desk = await openDesk({
      server: { clientSecret: SECRET },
      provider: { tokenRequest: { attempts: 1 }, ...provider },
    });

    const error = await failureOf(desk.source.getToken());

    expect(error.code).toBe('token_endpoint_unavailable');
    expectNothingOf([SECRET], error, desk.events);
    expect(printed(error)).not.toContain('authorization');
  });

  it('contain no request if the connection is reset', async () => {
    await using desk = await openDesk({
      server: { clientSecret: SECRET },
      provider: { tokenRequest: { attempts: 1 } },
    });
    desk.server.failNext(1, 'reset');

    const error = await failureOf(desk.source.getToken());

    expect(error.cause).toMatchObject({ code: 'ECONNRESET' });
    expectNothingOf([SECRET], error, desk.events);
  });

  it('contain no secret if the configuration is wrong', () => {
    const options = {
      providers: {
        desk: {
          tokenUrl: `https://user:${encodeURIComponent(SECRET)}@id.example.com`,
          clientId: 'client',
          clientSecret: [SECRET, 7],
          parameters: { scope: SECRET },
          dialect: { headers: { 'bad header': SECRET, 'x-key': `${SECRET}\n` }, method: SECRET },
          clientAuthentication: SECRET,
          lifetime: { defaultSeconds: SECRET },
          api: { baseURL: SECRET },
        },
      },
    } as unknown as ClientCredentialsOptions;

    let error: unknown;
    try {
      error = new TokenManager(options);
    } catch (thrown) {
      error = thrown;
    }

    expect(error).toMatchObject({ code: 'invalid_configuration' });
    expectNothingOf([SECRET], error);
  });

  it('contain no secret if a warm-up fails', async () => {
    await using desk = await openDesk({ server: { clientSecret: SECRET }, manager: { warmUp: true } });
    desk.server.tokenEndpoint.answerNext(1, { status: 400, body: { error: 'e', error_description: SECRET } });

    await desk.tokens.warmedUp;

    expect(desk.warnings).toHaveLength(1);
    expectNothingOf([SECRET], desk.warnings);
  });
});

describe('an access token that an endpoint quotes', () => {
  it('is not shown if it is the current token', async () => {
    await using desk = await openDesk();
    const { value } = await desk.source.getToken();
    desk.server.failNext(1, {
      status: 400,
      body: { error: 'invalid_scope', error_description: `has ${value}` },
    });

    const error = await failureOf(desk.source.getToken({ forceRefresh: true }));

    expect(error.oauthErrorDescription).toBe('has [redacted]');
    expectNothingOf([value], error, desk.events);
  });

  it('is not shown if it is part of the error response', async () => {
    await using desk = await openDesk();
    const body = { access_token: 'odd-token', error: 'odd', error_description: 'look at odd-token' };
    desk.server.tokenEndpoint.answerNext(1, { status: 200, body });

    const error = await failureOf(desk.source.getToken());

    expect(error.code).toBe('token_request_rejected');
    expectNothingOf(['odd-token'], error, desk.events);
  });
});
