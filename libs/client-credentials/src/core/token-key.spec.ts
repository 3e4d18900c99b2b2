import { describe, expect, it } from '@jest/globals';
import type { TokenRequest } from './options.js';
import { resolveRequest, storeKeyOf, tokenKeyOf, type ClientIdentity } from './token-key.js';

const CLIENT: ClientIdentity = {
  provider: 'billing',
  server: 'https://id.example.com/token',
  clientId: 'desk',
  clientAuthentication: 'client_secret_basic',
  grantType: 'client_credentials',
};

const keyOf = (request: TokenRequest, client: Partial<ClientIdentity> = {}): string =>
  tokenKeyOf({ ...CLIENT, ...client }, resolveRequest({}, request));

describe('two token requests are one', () => {
  it.each<[string, TokenRequest, TokenRequest]>([
    ['whatever the order of scopes and how often one is named', { scope: 'x y' }, { scope: ['y', 'x', 'x'] }],
    ['whatever blanks stand between scopes', { scope: ' x   y ' }, { scope: 'x y' }],
    ['whether no scope is named or an empty one', {}, { scope: '' }],
    ['whether one resource is a string or a list', { resource: 'https://x' }, { resource: ['https://x'] }],
    [
      'whatever the order of resources',
      { resource: ['https://x', 'https://y'] },
      { resource: ['https://y', 'https://x'] },
    ],
    [
      'whatever the order of parameters',
      { parameters: { a: '1', b: '2' } },
      { parameters: { b: '2', a: '1' } },
    ],
    [
      'however deep the order differs',
      { parameters: { a: { b: 1, c: 2 } } },
      { parameters: { a: { c: 2, b: 1 } } },
    ],
    ['whatever lifetime is needed', { minRemainingSeconds: 5 }, {}],
  ])('%s', (_, one, other) => {
    expect(keyOf(one)).toBe(keyOf(other));
  });
});

describe('two token requests are different', () => {
  it.each<[string, TokenRequest, TokenRequest]>([
    ['by scope', { scope: 'x' }, { scope: 'y' }],
    ['by a slash at the end', { resource: 'https://x' }, { resource: 'https://x/' }],
    ['by audience', { audience: 'https://x' }, { audience: 'https://x/' }],
    ['by where a value stands', { audience: 'https://x' }, { resource: 'https://x' }],
    ['by parameter', { parameters: { a: '1' } }, { parameters: { a: '2' } }],
    ['by the type of a parameter', { parameters: { a: '1' } }, { parameters: { a: 1 } }],
    ['by null and its name', { parameters: { a: null } }, { parameters: { a: 'null' } }],
    ['by an object and a list of pairs', { parameters: { a: { b: 1 } } }, { parameters: { a: [['b', 1]] } }],
    [
      'by an object and what stands for it',
      { parameters: { a: { b: 1 } } },
      { parameters: { a: { pairs: [['b', 1]] } } },
    ],
    ['by names that look like JSON', { scope: ['a","b'] }, { scope: ['a', 'b'] }],
    ['by a list and an object', { parameters: { a: ['x'] } }, { parameters: { a: { 0: 'x' } } }],
    ['by the order of a list in a parameter', { parameters: { a: [1, 2] } }, { parameters: { a: [2, 1] } }],
  ])('%s', (_, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  it.each<[string, Partial<ClientIdentity>, Partial<ClientIdentity>]>([
    ['provider', { provider: 'a' }, { provider: 'b' }],
    ['token endpoint', { server: 'https://x' }, { server: 'https://x/' }],
    ['client', { clientId: 'a' }, { clientId: 'b' }],
    ['method of authentication', { clientAuthentication: 'none' }, {}],
    ['where a colon stands', { provider: 'a', clientId: 'b:c' }, { provider: 'a:b', clientId: 'c' }],
    ['where a quote stands', { provider: 'a","b' }, { provider: 'a', server: 'b' }],
  ])('by %s', (_, one, other) => {
    expect(keyOf({}, one)).not.toBe(keyOf({}, other));
  });
});

describe('a request laid over the configuration', () => {
  it('wins where it names something, parameter by parameter', () => {
    const configured = { scope: 'read', audience: 'a', resource: 'r', parameters: { x: '1', y: '1' } };

    const resolved = resolveRequest(configured, { scope: 'write', parameters: { y: '2' } });

    expect(resolved).toEqual({
      scopes: ['write'],
      audience: 'a',
      resources: ['r'],
      parameters: { x: '1', y: '2' },
    });
  });

  it('keeps scopes in the order they were given', () => {
    expect(resolveRequest({}, { scope: 'b a b' }).scopes).toEqual(['b', 'a']);
  });
});

describe('the name of a token in a store', () => {
  it('is a hash, whatever the key holds', () => {
    expect(storeKeyOf('any key: "\u0000', 'secret')).toMatch(/^[\w-]{43}$/);
  });

  it.each<[string, unknown, unknown]>([
    ['secret', 'one', 'two'],
    ['list of secrets', ['one'], ['one', 'two']],
    ['secret that is there or not', 'one', undefined],
  ])('changes with the %s', (_, one, other) => {
    expect(storeKeyOf('key', one)).not.toBe(storeKeyOf('key', other));
  });

  it('changes with the key', () => {
    expect(storeKeyOf('key', 'one')).not.toBe(storeKeyOf('other', 'one'));
  });
});
