import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Dialect } from 'nestjs-client-credentials/core';
import type { RawAnswer, ScriptedAnswer } from 'nestjs-client-credentials/testing';
import { failureOf, openDesk, type Desk } from './support/the-desk.js';
import { until } from './support/until.js';

const ONE_ATTEMPT = { tokenRequest: { attempts: 1 } };
const TWO_ATTEMPTS = { tokenRequest: { attempts: 2 } };

/** Desk whose token endpoint gives one scripted response. */
async function deskThatGets(
  answer: ScriptedAnswer,
  { dialect, attempts = 1 }: { dialect?: Dialect; attempts?: number } = {},
): Promise<Desk> {
  const desk = await openDesk({
    provider: { tokenRequest: { attempts }, ...(dialect !== undefined && { dialect }) },
  });
  desk.server.tokenEndpoint.answerNext(1, answer);
  return desk;
}

describe('a token is read from', () => {
  it.each<[string, RawAnswer, Dialect]>([
    [
      'an answer served as text',
      { headers: { 'content-type': 'text/plain' }, body: '{"access_token":"T"}' },
      {},
    ],
    ['an answer that begins with a byte order mark', { body: '\uFEFF{"access_token":"T"}' }, {}],
    ['a 201', { status: 201, body: { access_token: 'T' } }, {}],
    [
      'a wrapping',
      { body: { data: { access_token: 'T', expires_in: 60 } } },
      { response: { accessToken: 'data.access_token', expiresIn: 'data.expires_in' } },
    ],
    [
      'a wrapping that is JSON in a string',
      { body: { data: '{"access_token":"T"}' } },
      { response: { accessToken: 'data.access_token' } },
    ],
    [
      'the answer of a GitHub App',
      { status: 201, body: { token: 'T', expires_at: '2030-01-01T01:00:00Z' } },
      { response: { accessToken: 'token', expiresIn: 'expires_at', expiresUnit: 'iso-8601' } },
    ],
    ['a bare token with a line break', { body: 'T\n' }, { response: { accessToken: '' } }],
    [
      'a header of an answer without a body',
      { status: 204, headers: { 'X-Auth-Token': 'T' } },
      { response: { accessTokenHeader: 'x-auth-token' } },
    ],
    [
      'a header with a scheme, beside a page',
      { headers: { authorization: 'Bearer T', 'content-type': 'text/html' }, body: '<html>welcome</html>' },
      { response: { accessTokenHeader: 'Authorization' } },
    ],
    [
      'a header, with the lifetime in the body',
      { headers: { 'x-session': 'T' }, body: { expires_in: 60 } },
      { response: { accessTokenHeader: 'X-Session' } },
    ],
  ])('%s', async (_, answer, dialect) => {
    await using desk = await deskThatGets(answer, { dialect });

    const token = await desk.source.getToken();

    expect(token).toMatchObject({ value: 'T', authorization: 'Bearer T', type: 'Bearer' });
  });

  it('an instant of expiry', async () => {
    await using desk = await deskThatGets(
      { body: { access_token: 'T', until: '2030-01-01T01:00:00Z' } },
      { dialect: { response: { expiresIn: 'until', expiresUnit: 'iso-8601' } } },
    );

    const { expiresAt } = await desk.source.getToken();

    expect(expiresAt).toBe(Date.parse('2030-01-01T01:00:00Z'));
  });

  it('12 KB, unchanged', async () => {
    const value = 't'.repeat(12_288);
    await using desk = await openDesk({ server: { newToken: () => value } });

    expect(await desk.source.getToken()).toMatchObject({ value, authorization: `Bearer ${value}` });
  });
});

describe('the header that carries a token', () => {
  it.each<[string, Dialect['authorization'], string]>([
    ['has the word that the dialect names', { scheme: 'OAuth' }, 'OAuth T'],
    ['may be the bare token', { scheme: '' }, 'T'],
    ['may be built by a function', { format: (token) => `Zoho token=${token}` }, 'Zoho token=T'],
  ])('%s', async (_, authorization, expected) => {
    await using desk = await deskThatGets(
      { body: { access_token: 'T' } },
      { dialect: { authorization: authorization ?? {} } },
    );

    expect((await desk.source.getToken()).authorization).toBe(expected);
  });
});

describe('a token that should be in a header', () => {
  it('and is not there is told of by the name of the option', async () => {
    const dialect = { response: { accessTokenHeader: 'X-Session' } };
    await using desk = await deskThatGets({ body: { access_token: 'T' } }, { dialect });

    const failure = await failureOf(desk.source.getToken());

    expect(failure).toMatchObject({ code: 'invalid_token_response', retryable: false });
    expect(failure.message).toContain('dialect.response.accessTokenHeader');
  });

  it('is shown by no error', async () => {
    const dialect = { response: { accessTokenHeader: 'X-Session', apiBaseURL: 'base' } };
    const answer = { headers: { 'x-session': 'a-secret-token' }, body: { base: 'http://a-secret-token' } };
    await using desk = await deskThatGets(answer, { dialect });

    const failure = await failureOf(desk.source.getToken());

    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('a-secret-token');
  });
});

describe('a dialect function that throws on the response', () => {
  const fail = (given: unknown): never => {
    throw new Error(`Cannot cope with ${JSON.stringify(given)}`);
  };

  it.each<[string, Dialect]>([
    ['builds no header', { authorization: { format: fail } }],
    ['finds no error', { response: { isError: fail } }],
    ['finds no lifetime', { response: { expiresUnit: fail } }],
  ])('causes a ClientCredentialsError that quotes nothing, for every call: %s', async (_, dialect) => {
    await using desk = await openDesk({ provider: { ...ONE_ATTEMPT, dialect } });

    const errors = [await failureOf(desk.source.getToken()), await failureOf(desk.source.getToken())];

    expect(errors.map(({ code }) => code)).toEqual(['invalid_token_response', 'invalid_token_response']);
    expect(desk.server.issued).toHaveLength(2);
    for (const { value } of desk.server.issued) expect(inspect(errors)).not.toContain(value);
  });
});

describe('a response without a usable token is a ClientCredentialsError, and the next call requests again', () => {
  it.each<[string, RawAnswer]>([
    ['without a token', { body: {} }],
    ['with an empty token', { body: { access_token: '' } }],
    ['with a token that is an object', { body: { access_token: {} } }],
    ['with a token of blanks', { body: { access_token: '   ' } }],
    ['with null for data', { body: { data: null } }],
    ['of an empty list', { body: [] }],
    ['that is truncated', { body: '{"access_token":"T"' }],
    ['with an error number of its own', { body: { errcode: 40013, errmsg: 'invalid appid' } }],
    ['with a mac token', { body: { access_token: 'T', token_type: 'mac' } }],
    ['with a negative lifetime', { body: { access_token: 'T', expires_in: -5 } }],
    ['with words for a lifetime', { body: { access_token: 'T', expires_in: 'soon' } }],
    ['with a lifetime of zero', { body: { access_token: 'T', expires_in: 0 } }],
    ['of 204', { status: 204 }],
  ])('%s', async (_, answer) => {
    await using desk = await deskThatGets(answer);

    const error = await failureOf(desk.source.getToken());
    const next = await desk.source.getToken();

    expect(error).toMatchObject({
      code: 'invalid_token_response',
      provider: 'desk',
      endpointStatus: answer.status ?? 200,
    });
    expect(next.value).toBe(desk.server.issued[0]?.value);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('without a tight loop if the endpoint never returns a token', async () => {
    await using desk = await openDesk();
    desk.server.tokenEndpoint.answerNext(Infinity, { body: { access_token: 'T', expires_in: -5 } });

    await failureOf(desk.source.getToken());

    expect(desk.server.tokenRequests).toHaveLength(1);
  });
});

describe('a request is retried within the call', () => {
  it.each<[string, ScriptedAnswer]>([
    ['when it is empty', { status: 200, body: '' }],
    ['when it is a page', { headers: { 'content-type': 'text/html' }, body: '<html>Signing you in</html>' }],
    ['when the server is unavailable', { status: 503 }],
    ['when a gateway gave up', { status: 504, body: '<html>' }],
    ['when the request took too long', { status: 408 }],
    ['when it came too early', { status: 425 }],
    ['when there were too many', { status: 429 }],
    ['when the connection is reset', 'reset'],
    ['when the token has just ended', { body: { access_token: 'T', expires_in: 0 } }],
  ])('%s', async (_, answer) => {
    await using desk = await deskThatGets(answer, { attempts: 2 });

    await desk.source.getToken();

    expect(desk.server.tokenRequests).toHaveLength(2);
    expect(desk.events.map(({ type }) => type)).toEqual(['token.acquired']);
  });

  it.each<[string, ScriptedAnswer, object]>([
    [
      'three times by default',
      { status: 500 },
      { code: 'token_endpoint_unavailable', endpointStatus: 500, retryable: true },
    ],
    ['whatever breaks the connection', 'reset', { code: 'token_endpoint_unavailable', retryable: true }],
    ['and again, when it is empty', { status: 200 }, { code: 'invalid_token_response', retryable: true }],
  ])('%s', async (_, answer, expected) => {
    await using desk = await openDesk();
    desk.server.tokenEndpoint.answerNext(Infinity, answer);

    const error = await failureOf(desk.source.getToken());

    expect(error).toMatchObject(expected);
    expect(desk.server.tokenRequests).toHaveLength(3);
  });
});

describe('an error of the endpoint', () => {
  const wrongSecret = { code: 'token_request_rejected', retryable: false };

  it.each<[string, RawAnswer, expected: object, words: string]>([
    [
      'as the RFC has it',
      { status: 400, body: { error: 'invalid_client', error_description: 'Expired.' } },
      { ...wrongSecret, oauthError: 'invalid_client', oauthErrorDescription: 'Expired.' },
      'the secret may be wrong or expired',
    ],
    [
      'without a description',
      { status: 401, body: { error: 'invalid_client' } },
      { ...wrongSecret, oauthError: 'invalid_client' },
      'the secret may be wrong or expired',
    ],
    [
      'that is a challenge alone',
      { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_client"' } },
      { ...wrongSecret, oauthError: 'invalid_client' },
      'the secret may be wrong or expired',
    ],
    ['that is a 403 and nothing else', { status: 403 }, wrongSecret, 'the secret may be wrong or expired'],
    [
      'about the scope',
      { status: 400, body: { error: 'invalid_scope' } },
      { ...wrongSecret, oauthError: 'invalid_scope' },
      'Check scope',
    ],
    [
      'in an object',
      { status: 400, body: { error: { code_reason: 'key_revoked', message: 'Key revoked.' } } },
      { oauthError: 'key_revoked', oauthErrorDescription: 'Key revoked.' },
      'key_revoked, Key revoked.',
    ],
    ['in a message', { status: 400, body: { message: 'No.' } }, { oauthErrorDescription: 'No.' }, 'No.'],
    ['in numbers', { status: 400, body: { code: 7, message: 'No.' } }, { oauthError: '7' }, '7, No.'],
    [
      'in a page of a proxy',
      { status: 403, body: '<html><title>Access denied</title></html>' },
      { ...wrongSecret, oauthErrorDescription: 'Access denied' },
      'Access denied',
    ],
    [
      'in a 200',
      { status: 200, body: { error: 'invalid_client' } },
      { ...wrongSecret, oauthError: 'invalid_client' },
      'the secret may be wrong or expired',
    ],
  ])(
    '%s tells status, code, reason and provider, and is not asked for again',
    async (_, answer, expected, words) => {
      await using desk = await deskThatGets(answer, { attempts: 3 });

      const error = await failureOf(desk.source.getToken());

      expect(error).toMatchObject({ provider: 'desk', endpointStatus: answer.status, ...expected });
      expect(error.message).toContain(words);
      expect(error.message).toContain('"desk"');
      expect(desk.server.tokenRequests).toHaveLength(1);
    },
  );

  it('is recognised as the dialect describes', async () => {
    const isError = (body: unknown): boolean => (body as { ok?: boolean }).ok === false;
    await using desk = await deskThatGets(
      { body: { ok: false, access_token: 'T' } },
      { dialect: { response: { isError } } },
    );

    expect((await failureOf(desk.source.getToken())).code).toBe('token_request_rejected');
  });
});

describe('a redirect of the token endpoint', () => {
  it.each([301, 302, 303, 307, 308])('%d is never followed', async (status) => {
    await using elsewhere = await openDesk();
    await using desk = await deskThatGets({ redirectTo: elsewhere.server.tokenUrl, status }, { attempts: 3 });

    const error = await failureOf(desk.source.getToken());

    expect(error).toMatchObject({ code: 'invalid_token_response', endpointStatus: status });
    expect(error.message).toContain('redirect');
    expect(desk.server.tokenRequests).toHaveLength(1);
    expect(elsewhere.server.tokenRequests).toHaveLength(0);
  });
});

describe('an endpoint with too large or too slow responses', () => {
  const MIB = 1024 * 1024;
  const answerOf = (bytes: number): string => {
    const answer = JSON.stringify({ access_token: 'T', padding: '' });
    return answer.replace('"padding":""', `"padding":"${'x'.repeat(bytes - answer.length)}"`);
  };

  it('is read up to 1 MiB', async () => {
    await using desk = await deskThatGets({ body: answerOf(MIB) });

    expect((await desk.source.getToken()).value).toBe('T');
  });

  it('is aborted beyond 1 MiB', async () => {
    await using desk = await deskThatGets({ body: answerOf(MIB + 1) }, { attempts: 3 });

    const error = await failureOf(desk.source.getToken());

    expect(error).toMatchObject({ code: 'invalid_token_response', retryable: false });
    expect(error.message).toContain(`${MIB} bytes`);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it.each<[string, ScriptedAnswer]>([
    ['never answers', 'hang'],
    ['drips for ever', { drip: { everyMs: 5 } }],
    ['answers too late', { delayMs: 60_000 }],
  ])('is aborted at the deadline if it %s', async (_, answer) => {
    await using desk = await openDesk({ provider: { tokenRequest: { timeoutMs: 100 } } });
    desk.server.tokenEndpoint.answerNext(Infinity, answer);

    const error = await failureOf(desk.source.getToken());

    expect(error).toMatchObject({ code: 'token_endpoint_unavailable', retryable: true, provider: 'desk' });
    expect(error.message).toContain('100 ms');
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('includes the last error in the deadline error', async () => {
    await using desk = await openDesk({ provider: { tokenRequest: { timeoutMs: 1_000 } } });
    desk.server.failNext(1, { status: 502 });
    desk.server.failNext(Infinity, 'hang');

    const error = await failureOf(desk.source.getToken());

    expect(error).toMatchObject({ code: 'token_endpoint_unavailable', endpointStatus: 502 });
    expect(error.message).toContain('status 502');
  });

  it('is given up at the deadline if a configured function never resolves', async () => {
    await using desk = await openDesk({
      provider: {
        clientSecret: () => new Promise<string>(() => undefined),
        tokenRequest: { timeoutMs: 100 },
      },
    });

    expect((await failureOf(desk.source.getToken())).code).toBe('token_endpoint_unavailable');
    expect(desk.server.tokenRequests).toHaveLength(0);
  });
});

describe('a server that sends Retry-After', () => {
  const seconds = (epochMs: number): string => String(epochMs / 1000);

  it.each<[string, (now: number) => RawAnswer]>([
    ['for some seconds', () => ({ status: 429, headers: { 'retry-after': '60' } })],
    [
      'until a date',
      (now) => ({ status: 503, headers: { 'retry-after': new Date(now + 60_000).toUTCString() } }),
    ],
    ['until an instant', (now) => ({ status: 429, headers: { 'x-ratelimit-reset': seconds(now + 60_000) } })],
  ])('%s gets no request before that time', async (_, answer) => {
    await using desk = await openDesk();
    desk.server.failNext(1, answer(desk.clock.now()));
    const retryAt = desk.clock.now() + 60_000;

    const first = await failureOf(desk.source.getToken());
    desk.clock.advance(59_999);
    const second = await failureOf(desk.source.getToken());
    const sentBefore = desk.server.tokenRequests.length;
    desk.clock.advance(1);
    await desk.source.getToken();

    expect(first).toMatchObject({ code: 'token_endpoint_unavailable', retryAt, retryable: true });
    expect(second).toMatchObject({ code: 'token_endpoint_unavailable', retryAt });
    expect(sentBefore).toBe(1);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('within the deadline is called again after that time', async () => {
    await using desk = await openDesk({ provider: TWO_ATTEMPTS });
    desk.server.failNext(1, { status: 429, headers: { 'retry-after': '0.2' } });
    const started = performance.now();

    await desk.source.getToken();

    expect(performance.now() - started).toBeGreaterThanOrEqual(200);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('gets no request while a valid token is served', async () => {
    await using desk = await openDesk({ provider: ONE_ATTEMPT });
    const current = await desk.source.getToken();
    desk.clock.advance(3_400_000);
    desk.server.failNext(1, { status: 429, headers: { 'retry-after': '120' } });

    const during = await desk.source.getToken();
    await desk.server.tokenEndpoint.received(2);
    await until(() => desk.events.length === 2);
    desk.clock.advance(119_000);
    const after = await desk.source.getToken();

    expect([during.value, after.value]).toEqual([current.value, current.value]);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it.each(['99999999999999999999', '-1', 'soon'])(
    'with an invalid value (%s) causes a ClientCredentialsError',
    async (value) => {
      await using desk = await openDesk({ provider: ONE_ATTEMPT });
      desk.server.failNext(1, { status: 503, headers: { 'retry-after': value } });

      expect((await failureOf(desk.source.getToken())).code).toBe('token_endpoint_unavailable');
    },
  );
});
