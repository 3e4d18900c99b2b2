import { describe, expect, it } from '@jest/globals';
import type { Dialect, Parameters } from '../config/dialect.js';
import type { TokenRequest } from '../config/token-request.js';
import { resolveProvider } from '../config/resolve.js';
import { resolveRequest } from '../token/token-key.js';
import { attemptOf, encodeAttempt, sensitiveValuesOf, type WireRequest } from './token-request.js';

const TOKEN_URL = 'https://id.example.com/token?v=2';

function write(dialect: Dialect, request: TokenRequest = {}, extra: Parameters = {}): WireRequest {
  const provider = resolveProvider('desk', { clientId: 'c', dialect });
  return encodeAttempt(
    attemptOf(provider, { url: TOKEN_URL }, resolveRequest({}, request), extra),
    provider.dialect,
  );
}

describe('a token request', () => {
  it('is a form by default', () => {
    expect(write({}, { scope: 'b a', audience: 'x y' }, { realm: 'ü&' })).toEqual({
      url: TOKEN_URL,
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&scope=b+a&audience=x+y&realm=%C3%BC%26',
    });
  });

  it('is JSON with requestEncoding json', () => {
    expect(write({ requestEncoding: 'json' }, { resource: ['a', 'b'] }, { n: 1 })).toEqual({
      url: TOKEN_URL,
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: '{"grant_type":"client_credentials","resource":["a","b"],"n":1}',
    });
  });

  it.each<[string, Dialect, 'GET' | 'POST']>([
    ['by GET', { method: 'GET' }, 'GET'],
    ['by POST', { requestEncoding: 'query' }, 'POST'],
  ])('appends its parameters to the query of the URL, without a body, %s', (_, dialect, method) => {
    expect(write(dialect, { scope: 'a b' })).toEqual({
      url: `${TOKEN_URL}&grant_type=client_credentials&scope=a+b`,
      method,
      headers: { accept: 'application/json' },
      body: undefined,
    });
  });

  it.each<[string, Dialect, TokenRequest, string]>([
    [
      'renames parameters',
      { parameterNames: { scope: 'scopes', grant_type: 'type' } },
      { scope: 'a' },
      'type=client_credentials&scopes=a',
    ],
    [
      'leaves out parameters renamed to null',
      { parameterNames: { scope: null, grant_type: null } },
      { scope: 'a', audience: 'x' },
      'audience=x',
    ],
    ['has another grant type', { grantType: 'account_credentials' }, {}, 'grant_type=account_credentials'],
    ['has no grant type', { grantType: null }, { scope: 'a' }, 'scope=a'],
    [
      'joins scopes with the separator of the dialect',
      { scopeSeparator: '+' },
      { scope: 'a b' },
      'grant_type=client_credentials&scope=a%2Bb',
    ],
    [
      'repeats resources',
      {},
      { resource: ['a', 'b'] },
      'grant_type=client_credentials&resource=a&resource=b',
    ],
    ['leaves out an empty scope', {}, { scope: ' ' }, 'grant_type=client_credentials'],
  ])('%s', (_, dialect, request, body) => {
    expect(write(dialect, request).body).toBe(body);
  });

  it("has the dialect's headers, which override its own", () => {
    const { headers } = write({ headers: { Accept: 'text/plain', 'X-Key': 'k' } });

    expect(headers).toEqual({
      accept: 'text/plain',
      'x-key': 'k',
      'content-type': 'application/x-www-form-urlencoded',
    });
  });

  it.each<[string, Dialect, Parameters]>([
    ['a standard parameter', {}, { grant_type: 'password' }],
    [
      'a standard parameter under its renamed name',
      { parameterNames: { client_id: 'appid' } },
      { appid: 'x' },
    ],
    ['an assertion', {}, { client_assertion_type: 'x' }],
    ['a number in a form', {}, { n: 1 }],
  ])('rejects extra parameters with %s', (_, dialect, extra) => {
    expect(() => write(dialect, {}, extra)).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', provider: 'desk' }),
    );
  });
});

describe('the secrets of an attempt', () => {
  it('are all values except those known to be public', () => {
    const dialect = { parameterNames: { client_id: 'appid' } };
    const provider = resolveProvider('desk', { tokenUrl: 'https://id.example.com', clientId: 'c', dialect });

    const secrets = sensitiveValuesOf(
      {
        url: 'https://id.example.com/token?key=K1',
        method: 'POST',
        headers: {
          accept: 'a',
          'Content-Type': 'b',
          'user-agent': 'u',
          authorization: 'Basic H1',
          'x-key': 'H2',
        },
        parameters: {
          grant_type: 'g',
          appid: 'c',
          scope: 's',
          audience: 'a',
          resource: ['r'],
          client_secret: 'P1',
          client_id: 'P2',
          pin: 123456,
          nested: { list: ['P3', null, true] },
        },
      },
      provider.dialect,
    );

    expect(secrets.toSorted()).toEqual(['123456', 'Basic H1', 'H1', 'H2', 'K1', 'P1', 'P2', 'P3']);
  });
});
