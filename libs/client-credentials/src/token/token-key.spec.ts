import { describe, expect, it } from '@jest/globals';
import { type ClientIdentity } from '../config/resolve.js';
import type { TokenRequest } from '../config/token-request.js';
import {
  budgetKeyOf,
  forgottenKeyOf,
  RequestKeys,
  resolveRequest,
  storeKeyOf,
  tokenKeyOf,
} from './token-key.js';

const CLIENT: ClientIdentity = {
  tenant: undefined,
  provider: 'billing',
  server: 'https://id.example.com/token',
  clientId: 'desk',
  clientAuthentication: 'client_secret_basic',
  grantType: 'client_credentials',
};

const keyOf = (request: TokenRequest, client: Partial<ClientIdentity> = {}): string =>
  tokenKeyOf({ ...CLIENT, ...client }, resolveRequest({}, request));

/** Both ways to tell requests apart: everywhere, and among those of one client. */
const WAYS: [name: string, keyOf: (request: TokenRequest) => string][] = [
  ['everywhere', (request) => keyOf(request)],
  ['of one client', (request) => new RequestKeys({}).keyOf(request)],
];

describe.each(WAYS)('two token requests %s are one', (_way, keyOfRequest) => {
  it.each<[string, TokenRequest, TokenRequest]>([
    ['whatever the order of scopes and how often one is named', { scope: 'x y' }, { scope: ['y', 'x', 'x'] }],
    ['whatever blanks stand between scopes', { scope: ' x   y ' }, { scope: 'x y' }],
    ['whether no scope is named or an empty one', {}, { scope: '' }],
    ['whether no scope is named or blanks alone', {}, { scope: '  ' }],
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
    expect(keyOfRequest(one)).toBe(keyOfRequest(other));
  });
});

describe.each(WAYS)('two token requests %s are different', (_way, keyOfRequest) => {
  it.each<[string, TokenRequest, TokenRequest]>([
    ['by scope', { scope: 'x' }, { scope: 'y' }],
    ['by where a scope ends', { scope: 'ab' }, { scope: 'a b' }],
    ['by where one of two scopes ends', { scope: 'ab c' }, { scope: 'a bc' }],
    ['by a second audience', { audience: 'x', scope: 'a' }, { audience: 'y', scope: 'a' }],
    ['by scope beside an audience', { audience: 'x', scope: 'a' }, { audience: 'x', scope: 'b' }],
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
    [
      'by what stands for the rest of a request',
      { scope: 'a', audience: 'b' },
      { scope: 'a ["b",[],{"pairs":[]}]' },
    ],
    [
      'by what looks like the rest, on a line of its own',
      { audience: 'b' },
      { scope: '\n["b",[],{"pairs":[]}]' },
    ],
  ])('%s', (_, one, other) => {
    expect(keyOfRequest(one)).not.toBe(keyOfRequest(other));
  });
});

describe('two token requests of different clients are different', () => {
  it.each<[string, Partial<ClientIdentity>, Partial<ClientIdentity>]>([
    ['provider', { provider: 'a' }, { provider: 'b' }],
    ['tenant', { tenant: 'a' }, { tenant: 'b' }],
    ['whether there is a tenant', { tenant: 'a' }, {}],
    ['token endpoint', { server: 'https://x' }, { server: 'https://x/' }],
    ['client', { clientId: 'a' }, { clientId: 'b' }],
    ['method of authentication', { clientAuthentication: 'none' }, {}],
    ['grant', { grant: ['issuer', 'subject'] }, {}],
    ['subject of the grant', { grant: ['issuer', 'a'] }, { grant: ['issuer', 'b'] }],
    ['where a colon stands', { provider: 'a', clientId: 'b:c' }, { provider: 'a:b', clientId: 'c' }],
    ['where a quote stands', { provider: 'a","b' }, { provider: 'a', server: 'b' }],
  ])('by %s', (_, one, other) => {
    expect(keyOf({}, one)).not.toBe(keyOf({}, other));
  });
});

describe('a request of a client', () => {
  const settings = { scope: 'b a', audience: 'x', parameters: { plan: 'free' } };
  const keyIn = (request: TokenRequest): string => new RequestKeys(settings).keyOf(request);

  it.each<[string, TokenRequest]>([
    ['the same scopes', { scope: ['a', 'b'] }],
    ['the same audience', { audience: 'x' }],
    ['the same parameters', { parameters: { plan: 'free' } }],
    ['no parameters', { parameters: {} }],
  ])('is the usual one where it names %s as the settings', (_, request) => {
    expect(keyIn(request)).toBe(keyIn({}));
  });

  it.each<[string, TokenRequest]>([
    ['other scopes', { scope: 'a' }],
    ['no scopes', { scope: '' }],
    ['another audience', { audience: 'y' }],
    ['a resource', { resource: 'https://x' }],
    ['more parameters', { parameters: { region: 'eu' } }],
  ])('is another where it names %s', (_, request) => {
    expect(keyIn(request)).not.toBe(keyIn({}));
  });
});

describe('a request laid over the configuration', () => {
  it.each<[string, TokenRequest]>([
    ['nothing', {}],
    ['scopes', { scope: 'b a b' }],
    ['no scope', { scope: '' }],
    ['another audience', { scope: 'a', audience: 'y' }],
    ['resources', { resource: ['r', 's'] }],
    ['parameters', { parameters: { x: '2' } }],
  ])('is the same for a client with these defaults where it names %s', (_, request) => {
    const defaults = { scope: 'read', audience: 'a', resource: 'r', parameters: { x: '1' } };

    const { scopes, audience, resources, parameters } = new RequestKeys(defaults).resolve(request);

    expect({ scopes, audience, resources, parameters }).toEqual(resolveRequest(defaults, request));
  });

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
    expect(storeKeyOf('any key: "\u0000', 'secret')).toMatch(/^[\w-]{32}$/);
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

  it.each<[string, string | undefined, string | undefined]>([
    ['thumbprint', 'one', 'two'],
    ['thumbprint that is there or not', 'one', undefined],
  ])('changes with the %s', (_, one, other) => {
    expect(storeKeyOf('key', 'secret', one)).not.toBe(storeKeyOf('key', 'secret', other));
  });

  it('stays the same from one version to the next, so that an upgrade costs no tokens', () => {
    expect(storeKeyOf('key', undefined)).toBe('Ce0oZrqi4JN_tJsIVtJzpZXteLYuS_8Y');
    expect(storeKeyOf('key', 'secret')).toBe('LXj98D7OfRufnKQjIPkLRSfuNKhoh4hD');
    expect(storeKeyOf('key', 'secret', 'thumbprint')).toBe('1GX6AFiKW9WTZcgqwnbxkcq-hP5_8gmg');
    expect(keyOf({ scope: 'b a', parameters: { y: 1, x: 'z' } })).toBe(
      '["billing",null,"https://id.example.com/token","desk","client_secret_basic","client_credentials",["a","b"],null,[],{"pairs":[["x","z"],["y",1]]}]',
    );
    expect(budgetKeyOf(CLIENT)).toBe('GK3eAc7riftIjKuKnPJ3sYzhVV1gNKL42LIUGNm2Zk0');
    expect(forgottenKeyOf('billing', 'acme')).toBe('Yi0VYbieksWVDTlerFg4z_Jlac69491MRFx_bFtAjfI');
  });
});
