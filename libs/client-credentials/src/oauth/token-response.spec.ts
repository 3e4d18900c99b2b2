import { describe, expect, it } from '@jest/globals';
import type { Instant } from '../base/clock.js';
import type { ResponseDialect } from '../config/dialect.js';
import type { LifetimeOptions } from '../config/provider-options.js';
import { resolveProvider } from '../config/resolve.js';
import { resolveRequest } from '../token/token-key.js';
import { readAnswer, tokensIn, type Reading } from './token-response.js';

const REQUESTED: Instant = { at: Date.parse('2030-01-01T00:00:00.000Z'), monotonicMs: 0 };
const DAYS_31_MS = 31 * 86_400_000;

interface Given {
  body: string | object | null;
  status?: number;
  response?: ResponseDialect;
  lifetime?: LifetimeOptions;
  headers?: Record<string, string>;
  dpop?: object;
}

function read({ body, status = 200, response = {}, lifetime = {}, headers = {}, dpop }: Given): Reading {
  const config = {
    tokenUrl: 'https://id.example.com',
    clientId: 'c',
    dialect: { response },
    lifetime,
    ...(dpop !== undefined && { dpop }),
  };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = resolveRequest({ scope: 'asked for' });
  return readAnswer({ status, headers, text }, resolveProvider('desk', config), request, REQUESTED);
}

const UNUSABLE = { kind: 'unusable', mayPass: false };
const UNUSABLE_FOR_NOW = { kind: 'unusable', mayPass: true };

describe('a token is found', () => {
  it.each<[string, Given]>([
    ['in the form of RFC 6749', { body: { access_token: 'T', token_type: 'Bearer' } }],
    ['in any 2xx', { body: { access_token: 'T' }, status: 201 }],
    ['after a byte order mark', { body: '\uFEFF{"access_token":"T"}' }],
    ['at a dotted path', { body: { data: { token: 'T' } }, response: { accessToken: 'data.token' } }],
    [
      'in JSON packed in a string',
      { body: { data: '{"token":"T"}' }, response: { accessToken: 'data.token' } },
    ],
    ['in a list', { body: [{ token: 'T' }], response: { accessToken: '0.token' } }],
    ['as the whole body', { body: 'T\n', response: { accessToken: '' } }],
    ['as the whole body in JSON', { body: '"T"', response: { accessToken: '' } }],
    [
      'in a header, whatever the body is',
      { body: '', headers: { 'x-token': 'T' }, response: { accessTokenHeader: 'X-Token' } },
    ],
    [
      'in a header with its scheme, beside a page',
      {
        body: '<html></html>',
        headers: { authorization: 'bearer T' },
        response: { accessTokenHeader: 'Authorization' },
      },
    ],
    ['of a type in capitals', { body: { access_token: 'T', token_type: 'BEARER' } }],
    ['of an unknown type', { body: { access_token: 'T', token_type: 'urn:x' } }],
    ['beside an error of null', { body: { access_token: 'T', error: null } }],
    ['beside an error of 0', { body: { access_token: 'T', error: 0 } }],
    ['beside an error of "0"', { body: { access_token: 'T', error: '0' } }],
    ['beside an error of false', { body: { access_token: 'T', error: false } }],
    ['beside an empty error', { body: { access_token: 'T', error: '' } }],
  ])('%s', (_, given) => {
    expect(read(given)).toMatchObject({ kind: 'token', token: { value: 'T', type: 'Bearer' } });
  });

  it.each([
    ['of 12 KB', 't'.repeat(12_288)],
    ['with every character that a header can carry', '00D!~"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}'],
    ['that looks like a number', '1234567890'],
  ])('%s, and is unchanged', (_, value) => {
    expect(read({ body: { access_token: value } })).toMatchObject({ token: { value } });
    expect(read({ body: value, response: { accessToken: '' } })).toMatchObject({ token: { value } });
  });

  it('without polluting a prototype', () => {
    const body = '{"access_token":"T","__proto__":{"polluted":true}}';

    expect(read({ body }).kind).toBe('token');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('a response without a usable token', () => {
  it.each<[string, Given, object]>([
    ['has an empty token', { body: { access_token: '' } }, UNUSABLE],
    ['has null as token', { body: { access_token: null } }, UNUSABLE],
    ['has a number as token', { body: { access_token: 7 } }, UNUSABLE],
    ['has an object as token', { body: { access_token: {} } }, UNUSABLE],
    ['has a blank token', { body: { access_token: '  ' } }, UNUSABLE],
    ['has a token with a space', { body: { access_token: 'a b' } }, UNUSABLE],
    ['has a token with a line break', { body: { access_token: 'a\nb' } }, UNUSABLE],
    ['has a token that no header can carry', { body: { access_token: 'tökén' } }, UNUSABLE],
    ['has the token at another path', { body: { token: 'T' } }, UNUSABLE],
    [
      'has the path only on a prototype',
      { body: {}, response: { accessToken: 'constructor.name' } },
      UNUSABLE,
    ],
    ['has null in its wrapper', { body: { data: null }, response: { accessToken: 'data.token' } }, UNUSABLE],
    ['is an empty list', { body: [] }, UNUSABLE],
    ['is null', { body: null }, UNUSABLE],
    ['is a number', { body: '7' }, UNUSABLE],
    ['is truncated', { body: '{"access_token":"T' }, UNUSABLE],
    ['is plain text', { body: 'try later', response: { accessToken: '' } }, UNUSABLE],
    [
      'is an object where the body should be the token',
      { body: {}, response: { accessToken: '' } },
      UNUSABLE,
    ],
    ['has an error number of its own', { body: { errcode: 40013 } }, UNUSABLE],
    ['has a mac token', { body: { access_token: 'T', token_type: 'mac' } }, UNUSABLE],
    [
      'has a DPoP token that was not requested',
      { body: { access_token: 'T', token_type: 'DPoP' } },
      UNUSABLE,
    ],
    ['is empty', { body: '', status: 204 }, UNUSABLE_FOR_NOW],
    ['is blank', { body: ' \n' }, UNUSABLE_FOR_NOW],
    ['is an HTML page', { body: '<!doctype html><title>Sign in</title>' }, UNUSABLE_FOR_NOW],
    ['is an HTML page after a blank line', { body: '\n<html>' }, UNUSABLE_FOR_NOW],
    ['is a redirect', { body: { access_token: 'T' }, status: 302 }, UNUSABLE],
    ['has status 304', { body: '', status: 304 }, UNUSABLE],
  ])('%s', (_, given, expected) => {
    expect(read(given)).toMatchObject(expected);
  });
});

describe('the reason why a response has no usable token', () => {
  it.each<[string, Given, string]>([
    [
      'is a redirect, and where it leads',
      { body: '', status: 302, headers: { location: 'https://login.example.com/sign-in?key=k' } },
      'is a redirect to https://login.example.com, which is never followed with credentials: set tokenUrl to the final URL',
    ],
    [
      'is a redirect without an address',
      { body: '', status: 300 },
      'is a redirect, which is never followed with credentials: set tokenUrl to the final URL',
    ],
    [
      'is a redirect to a path',
      { body: '', status: 301, headers: { location: '/x' } },
      'is a redirect, which is never followed with credentials: set tokenUrl to the final URL',
    ],
    [
      'is a status below 200',
      { body: { access_token: 'T' }, status: 199 },
      'is a redirect, which is never followed with credentials: set tokenUrl to the final URL',
    ],
    ['is that it is empty', { body: '' }, 'is empty'],
    ['is a page', { body: '<html>' }, 'is an HTML page, not a token: check tokenUrl'],
    ['is that it is not JSON', { body: 'T' }, 'is not JSON'],
    [
      'is the path',
      { body: {}, response: { accessToken: 'data.token' } },
      'has no token at "data.token": check dialect.response.accessToken',
    ],
    [
      'is a body that is no token',
      { body: 'a b', response: { accessToken: '' } },
      'is no token: the body has spaces or characters that a header cannot carry',
    ],
    [
      'is a mac token',
      { body: { access_token: 'T', token_type: 'MAC' } },
      'has a token of type mac, but Bearer was requested: check the dpop option',
    ],
    [
      'is a DPoP token',
      { body: { access_token: 'T', token_type: 'dpop' } },
      'has a token of type DPoP, but Bearer was requested: check the dpop option',
    ],
    [
      'is a token that is not bound to the key',
      { body: { access_token: 'T' }, dpop: {} },
      'has a token of type Bearer, but DPoP was requested: check the dpop option',
    ],
    [
      'is that no lifetime is left',
      { body: { access_token: 'T', expires_in: 0 } },
      'has a token without any lifetime left ("expires_in" is 0)',
    ],
    [
      'is the lifetime',
      { body: { access_token: 'T', expires_in: 'soon' } },
      'has no usable lifetime at "expires_in": check dialect.response.expiresUnit',
    ],
    [
      'is the header that is not there',
      { body: { access_token: 'T' }, response: { accessTokenHeader: 'X-Token' } },
      'has no token in the header "X-Token": check dialect.response.accessTokenHeader',
    ],
    [
      'is the address of the API',
      { body: { access_token: 'T', at: 7 }, response: { apiBaseURL: 'at' } },
      'has no https URL of the API at dialect.response.apiBaseURL',
    ],
  ])('%s', (_, given, why) => {
    expect(read(given)).toMatchObject({ kind: 'unusable', why });
  });
});

describe('a token that is bound to a key', () => {
  it('is one of type DPoP', () => {
    const body = { access_token: 'T', token_type: 'dpop' };

    expect(read({ body, dpop: {} })).toMatchObject({ kind: 'token', token: { value: 'T', type: 'DPoP' } });
  });
});

describe('what may be a token in a response', () => {
  const inBody = (body: string | object, accessToken = 'access_token'): string[] => {
    const { dialect } = resolveProvider('desk', { clientId: 'c', dialect: { response: { accessToken } } });
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return tokensIn({ status: 400, headers: {}, text }, dialect);
  };

  it('are the tokens of RFC 6749 and OpenID Connect, and what the dialect calls one', () => {
    const body = { access_token: 'A', refresh_token: 'R', id_token: 'I', data: { token: 'D' }, state: 'S' };

    expect(inBody(body, 'data.token')).toEqual(['D', 'A', 'R', 'I']);
  });

  it('is the whole body, where that is the token', () => {
    expect(inBody(' T\n', '')).toEqual(['T']);
  });

  it('is the value of the header that the dialect names, without the scheme at its beginning', () => {
    const response = { accessTokenHeader: 'X-Token' };
    const { dialect } = resolveProvider('desk', { clientId: 'c', dialect: { response } });
    const inHeader = (value: string): string[] =>
      tokensIn({ status: 400, headers: { 'x-token': value }, text: '{}' }, dialect);

    expect([inHeader('Bearer H'), inHeader('no Bearer H')]).toEqual([['H'], ['no Bearer H']]);
    expect(tokensIn({ status: 400, headers: {}, text: '{}' }, dialect)).toEqual([]);
  });

  it('is nothing else than a text', () => {
    expect(inBody({ access_token: 7, refresh_token: null })).toEqual([]);
  });
});

describe('a response counts as', () => {
  const isError = (body: unknown): boolean => (body as { code?: number }).code !== 0;

  it.each<[string, Given, Reading['kind']]>([
    ['rejected with 400', { body: {}, status: 400 }, 'rejected'],
    ['rejected with 401', { body: '', status: 401 }, 'rejected'],
    ['rejected with 403 and an empty body', { body: '', status: 403 }, 'rejected'],
    ['rejected with 404', { body: '<html>', status: 404 }, 'rejected'],
    ['rejected with 200 and an OAuth error', { body: { error: 'invalid_scope' } }, 'rejected'],
    [
      'rejected with 200, a token and an OAuth error',
      { body: { access_token: 'T', error: 'x' } },
      'rejected',
    ],
    ['rejected with 200 and an error object', { body: { error: { code: 7 } } }, 'rejected'],
    [
      'rejected where the dialect finds an error',
      { body: { errcode: 1 }, response: { error: 'errcode' } },
      'rejected',
    ],
    [
      'rejected with an OAuth error beside the path of the dialect',
      { body: { error: 'x', access_token: 'T' }, response: { error: 'errcode' } },
      'rejected',
    ],
    ['rejected where isError returns true', { body: { code: 9 }, response: { isError } }, 'rejected'],
    [
      'a token where isError returns false',
      { body: { code: 0, access_token: 'T' }, response: { isError } },
      'token',
    ],
    [
      'a token where the error number is 0',
      { body: { errcode: 0, access_token: 'T' }, response: { error: 'errcode' } },
      'token',
    ],
    [
      'unavailable with 400 and server_error',
      { body: { error: 'server_error' }, status: 400 },
      'unavailable',
    ],
    ['unavailable with 200 and slow_down', { body: { error: 'slow_down' } }, 'unavailable'],
    [
      'unavailable with 404 and temporarily_unavailable',
      { body: { error: 'temporarily_unavailable' }, status: 404 },
      'unavailable',
    ],
    ['rejected with 401 and server_error', { body: { error: 'server_error' }, status: 401 }, 'rejected'],
    ['rejected with 403 and slow_down', { body: { error: 'slow_down' }, status: 403 }, 'rejected'],
    ['unavailable with 407 of a proxy', { body: '<html>', status: 407 }, 'unavailable'],
    ['unavailable with 408', { body: '', status: 408 }, 'unavailable'],
    ['unavailable with 425', { body: '', status: 425 }, 'unavailable'],
    ['unavailable with 429', { body: {}, status: 429 }, 'unavailable'],
    ['unavailable with 500', { body: { error: 'server_error' }, status: 500 }, 'unavailable'],
    ['unavailable with 503', { body: '<html>', status: 503 }, 'unavailable'],
    ['unavailable with 599', { body: '', status: 599 }, 'unavailable'],
  ])('%s', (_, given, expected) => {
    expect(read(given).kind).toBe(expected);
  });
});

describe('the lifetime', () => {
  const withValue = (expires: unknown, response: ResponseDialect = {}): Reading =>
    read({ body: { access_token: 'T', ...(expires !== undefined && { expires_in: expires }) }, response });
  const inUnit = (expiresUnit: NonNullable<ResponseDialect['expiresUnit']>): ResponseDialect => ({
    expiresUnit,
  });

  it.each<[string, unknown, ResponseDialect, number]>([
    ['in seconds', 3600, {}, 3_600_000],
    ['as a string', '3600', {}, 3_600_000],
    ['as a string with blanks', ' 3600 ', {}, 3_600_000],
    ['with a fraction', 1.5, {}, 1_500],
    ['as a string with an exponent', '1e2', {}, 100_000],
    ['absent', undefined, {}, 3_600_000],
    ['null', null, {}, 3_600_000],
    ['-1, which means no end', -1, {}, 3_600_000],
    ['-1 where a date is expected', -1, inUnit('iso-8601'), 3_600_000],
    ['the zero of Unix', 0, inUnit('epoch-seconds'), 3_600_000],
    ['the zero of .NET', '0001-01-01T00:00:00', inUnit('iso-8601'), 3_600_000],
    ['the zero of Go', '0001-01-01T00:00:00Z', inUnit('iso-8601'), 3_600_000],
    ['the last instant of .NET', '9999-12-31T23:59:59.9999999Z', inUnit('iso-8601'), DAYS_31_MS],
    ['beyond the maximum', 1e20, {}, DAYS_31_MS],
    ['an epoch instant by mistake', 1_893_456_000, {}, DAYS_31_MS],
    ['in milliseconds', 60_000, inUnit('milliseconds'), 60_000],
    ['as an instant in seconds', REQUESTED.at / 1000 + 60, inUnit('epoch-seconds'), 60_000],
    ['as an instant in milliseconds', REQUESTED.at + 60_000, inUnit('epoch-milliseconds'), 60_000],
    ['as a date', '2030-01-01T00:01:00Z', inUnit('iso-8601'), 60_000],
    ['as a date in another zone', '2030-01-01T02:01:00+02:00', inUnit('iso-8601'), 60_000],
    ['as a date without a zone after a blank', '2030-01-01 00:01:00', inUnit('iso-8601'), 60_000],
    ['as a date without a zone, which is UTC', '2030-01-01T00:01:00', inUnit('iso-8601'), 60_000],
  ])('%s is understood', (_, value, response, expectedMs) => {
    expect(withValue(value, response)).toMatchObject({
      kind: 'token',
      token: { lifetimeMs: expectedMs, requested: REQUESTED },
    });
  });

  it.each<[string, unknown, ResponseDialect]>([
    ['negative', -5, {}],
    ['words', 'soon', {}],
    ['empty', '', {}],
    ['yes', true, {}],
    ['an object', {}, {}],
    ['a date where seconds are expected', '2030-01-01T00:01:00Z', {}],
    ['hexadecimal', '0x10', {}],
    ['an instant in the past', REQUESTED.at / 1000 - 5, inUnit('epoch-seconds')],
    ['a date in the past', '2029-12-31T23:59:59Z', inUnit('iso-8601')],
    ['no date', 'tomorrow', inUnit('iso-8601')],
    ['a number where a date is expected', 60, inUnit('iso-8601')],
    ['a number that looks like a year', 2040, inUnit('iso-8601')],
    ['a second ago', REQUESTED.at - 1_000, inUnit('epoch-milliseconds')],
  ])('%s is refused', (_, value, response) => {
    expect(withValue(value, response)).toMatchObject({ kind: 'unusable', mayPass: false });
  });

  it.each<[string, unknown, ResponseDialect]>([
    ['0', 0, {}],
    ['"0"', '0', {}],
    ['this instant', REQUESTED.at, inUnit('epoch-milliseconds')],
    ['this second, rounded down', REQUESTED.at - 999, inUnit('epoch-milliseconds')],
  ])('%s is retried', (_, value, response) => {
    expect(withValue(value, response)).toMatchObject({
      kind: 'unusable',
      mayPass: true,
      isZeroLifetime: true,
    });
  });

  it.each<[string, Given, number]>([
    [
      'that is configured applies if the response has none',
      { body: {}, lifetime: { defaultSeconds: 60 } },
      60_000,
    ],
    [
      'that is configured is not capped by maxSeconds',
      { body: {}, lifetime: { defaultSeconds: 120, maxSeconds: 60 } },
      120_000,
    ],
    [
      'in the response is capped by maxSeconds',
      { body: { expires_in: 90 }, lifetime: { maxSeconds: 60 } },
      60_000,
    ],
  ])('%s', (_, { body, ...given }, expectedMs) => {
    expect(read({ body: { access_token: 'T', ...(body as object) }, ...given })).toMatchObject({
      token: { lifetimeMs: expectedMs },
    });
  });
});

describe('the granted scopes', () => {
  it.each<[string, object, string[]]>([
    ['are the requested scopes if the response has none', {}, ['asked', 'for']],
    ['are the scopes in the response', { scope: 'a  b' }, ['a', 'b']],
    ['may be a list', { scope: ['a', 'b', 7] }, ['a', 'b']],
    ['are the requested scopes if the value is empty', { scope: '' }, ['asked', 'for']],
    ['are the requested scopes if the value is no text', { scope: 7 }, ['asked', 'for']],
    ['may be as long as 16 KiB', { scope: 's'.repeat(16_384) }, ['s'.repeat(16_384)]],
    ['are the requested scopes if the value is longer', { scope: 's'.repeat(16_385) }, ['asked', 'for']],
    [
      'are the first thousand of a list',
      { scope: Array.from({ length: 1_001 }, () => 's') },
      Array.from({ length: 1_000 }, () => 's'),
    ],
  ])('%s', (_, more, scopes) => {
    expect(read({ body: { access_token: 'T', ...more } })).toMatchObject({ token: { scopes } });
  });
});

describe("the API's base URL in a response", () => {
  const withAddress = (address: unknown): Reading =>
    read({ body: { access_token: 'T', at: address }, response: { apiBaseURL: 'at' } });

  it.each(['https://eu.example.com', 'http://127.0.0.1:8080/x'])('is accepted: %s', (address) => {
    expect(withAddress(address)).toMatchObject({ token: { apiBaseURL: address } });
  });

  it.each(['http://eu.example.com', 'ftp://x', 'nonsense', 7])('is refused: %s', (address) => {
    expect(withAddress(address)).toMatchObject(UNUSABLE);
  });
});

describe('a hostile body', () => {
  const DEPTH = 100_000;

  it.each([
    ['of arrays', `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`],
    ['of objects', `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`],
    ['of arrays in a string', JSON.stringify(`${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`)],
  ])('%s is not parsed', (_, text) => {
    expect(read({ body: text })).toMatchObject(UNUSABLE);
  });

  it('has a token, however large it is', () => {
    const text = JSON.stringify({ padding: 'x'.repeat(1_000_000), access_token: 'T' });

    expect(read({ body: text })).toMatchObject({ token: { value: 'T' } });
    expect(read({ body: JSON.stringify(text) })).toMatchObject({ token: { value: 'T' } });
  });
});
