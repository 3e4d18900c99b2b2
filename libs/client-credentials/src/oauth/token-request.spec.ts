import { describe, expect, it } from '@jest/globals';
import type { Dialect, Parameters } from '../config/dialect.js';
import type { ProviderConfig } from '../config/options.js';
import type { TokenRequest } from '../config/token-request.js';
import { resolveProvider } from '../config/resolve.js';
import { resolveRequest } from '../token/token-key.js';
import {
  attemptOf,
  contextOf,
  encodeAttempt,
  parametersOf,
  sensitiveValuesOf,
  type WireRequest,
} from './token-request.js';

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
    expect(write({}, { scope: 'b a', audience: 'x y' }, { realm: 'ü&' })).toStrictEqual({
      url: TOKEN_URL,
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&scope=b+a&audience=x+y&realm=%C3%BC%26',
    });
  });

  it('is JSON with requestEncoding json', () => {
    expect(write({ requestEncoding: 'json' }, { resource: ['a', 'b'] }, { n: 1 })).toStrictEqual({
      url: TOKEN_URL,
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: '{"grant_type":"client_credentials","resource":["a","b"],"n":1}',
    });
  });

  it('is JSON with a single resource as a text', () => {
    expect(write({ requestEncoding: 'json' }, { resource: 'a' }).body).toBe(
      '{"grant_type":"client_credentials","resource":"a"}',
    );
  });

  it('has the claims that an API demands', () => {
    const provider = resolveProvider('desk', { clientId: 'c' });
    const context = { url: TOKEN_URL, claims: '{"nbf":1}' };

    const { parameters } = attemptOf(provider, context, resolveRequest({}), {});

    expect(parameters).toStrictEqual({ grant_type: 'client_credentials', claims: '{"nbf":1}' });
  });

  it('has what is no text as JSON, where a function put it into the parameters', () => {
    const { dialect } = resolveProvider('desk', { clientId: 'c' });
    const attempt = {
      url: TOKEN_URL,
      method: 'POST',
      headers: {},
      parameters: { o: { a: 1 }, n: 7 },
    } as const;

    expect(encodeAttempt(attempt, dialect).body).toBe('o=%7B%22a%22%3A1%7D&n=7');
  });

  it.each<[string, Dialect, 'GET' | 'POST']>([
    ['by GET', { method: 'GET' }, 'GET'],
    ['by POST', { requestEncoding: 'query' }, 'POST'],
  ])('appends its parameters to the query of the URL, without a body, %s', (_, dialect, method) => {
    expect(write(dialect, { scope: 'a b' })).toStrictEqual({
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
    [
      'leaves out audience and resource renamed to null',
      { parameterNames: { audience: null, resource: null } },
      { scope: 'a', audience: 'x', resource: 'r' },
      'grant_type=client_credentials&scope=a',
    ],
    ['leaves out an empty scope', {}, { scope: ' ' }, 'grant_type=client_credentials'],
  ])('%s', (_, dialect, request, body) => {
    expect(write(dialect, request).body).toBe(body);
  });

  it("has the dialect's headers, which override its own", () => {
    const { headers } = write({ headers: { Accept: 'text/plain', 'X-Key': 'k' } });

    expect(headers).toStrictEqual({
      accept: 'text/plain',
      'x-key': 'k',
      'content-type': 'application/x-www-form-urlencoded',
    });
  });

  it.each<[string, Dialect, Parameters, string]>([
    [
      'a standard parameter',
      {},
      { grant_type: 'password' },
      'parameters.grant_type: is a standard parameter',
    ],
    [
      'a standard parameter under its renamed name',
      { parameterNames: { client_id: 'appid' } },
      { appid: 'x' },
      'parameters.appid: is a standard parameter',
    ],
    [
      'an assertion',
      {},
      { client_assertion_type: 'x' },
      'parameters.client_assertion_type: is a standard parameter',
    ],
    ['a number in a form', {}, { n: 1 }, 'parameters.n: must be a string unless'],
  ])('rejects extra parameters with %s', (_, dialect, extra, problem) => {
    expect(() => write(dialect, {}, extra)).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        provider: 'desk',
        message: expect.stringContaining(problem),
      }),
    );
  });

  it('takes the parameter assertion, unless the library makes one', () => {
    const extra = { assertion: 'x' };
    const service: ProviderConfig = {
      clientId: 'c',
      privateKey: { key: 'a key' },
      grant: { type: 'jwt_bearer' },
    };
    const provider = resolveProvider('desk', service);

    expect(write({}, {}, extra).body).toBe('grant_type=client_credentials&assertion=x');
    expect(
      attemptOf(provider, { url: TOKEN_URL }, resolveRequest({}), { other: 'x' }).parameters,
    ).toMatchObject({ other: 'x' });
    expect(() => attemptOf(provider, { url: TOKEN_URL }, resolveRequest({}), extra)).toThrow(
      'parameters.assertion: is set by the library',
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
          client_assertion_type: 'ct',
          claims: '{}',
          pin: 123456,
          nested: { list: ['P3', null, true] },
        },
      },
      provider.dialect,
    );

    expect(secrets.toSorted()).toEqual(['123456', 'Basic H1', 'H1', 'H2', 'K1', 'P1', 'P2', 'P3']);
  });

  it('are not looked for in an address that is no URL', () => {
    const { dialect } = resolveProvider('desk', { clientId: 'c' });
    const attempt = { url: 'nowhere', method: 'POST', headers: {}, parameters: {} } as const;

    expect(sensitiveValuesOf(attempt, dialect)).toEqual([]);
  });
});

describe('what a configured function is told', () => {
  it('is what was asked for, and the tenant', () => {
    const provider = resolveProvider('desk', { clientId: 'c' }, 't');
    const request = resolveRequest({ scope: 'b a', resource: ['r'], audience: 'x' });

    expect(contextOf(provider, request)).toStrictEqual({
      scope: ['b', 'a'],
      resource: ['r'],
      audience: 'x',
      tenant: 't',
    });
  });

  it('has no audience and no tenant where there is none', () => {
    const provider = resolveProvider('desk', { clientId: 'c' });

    expect(contextOf(provider, resolveRequest({}))).toStrictEqual({ scope: [], resource: [] });
  });
});

describe('the extra parameters', () => {
  const request = resolveRequest({ scope: 'a', parameters: { own: '1', both: 'own' } });

  it('are those of the request, where no function is configured', () => {
    const provider = resolveProvider('desk', { clientId: 'c', parameters: { configured: '1' } });

    expect(parametersOf(provider, request)).toBe(request.parameters);
  });

  it('are what a function returns for the request, and those of the caller, which override it', async () => {
    const seen: unknown[] = [];
    const parameters = async (asked: unknown): Promise<Parameters> => {
      seen.push(asked);
      return { configured: '1', both: 'configured' };
    };

    const got = await parametersOf(resolveProvider('desk', { clientId: 'c', parameters }), request);

    expect(got).toStrictEqual({ configured: '1', own: '1', both: 'own' });
    expect(seen).toStrictEqual([{ scope: ['a'], resource: [] }]);
  });
});
