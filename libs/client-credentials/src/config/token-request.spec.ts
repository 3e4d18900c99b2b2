import { describe, expect, it } from '@jest/globals';
import {
  checkedOptions,
  checkedRequest,
  DEFAULT_REQUEST,
  frozenRequest,
  isFrozen,
  mergeRequests,
  type TokenRequest,
} from './token-request.js';

describe('two merged requests', () => {
  it('have the fields of both, of which those of the call win', () => {
    const merged = mergeRequests({ scope: 'a', audience: 'x' }, { scope: 'b', tenant: 't' });

    expect(merged).toEqual({ scope: 'b', audience: 'x', tenant: 't' });
  });

  it('have the parameters of both', () => {
    const merged = mergeRequests({ parameters: { a: '1', b: '1' } }, { parameters: { b: '2', c: '2' } });

    expect(merged.parameters).toEqual({ a: '1', b: '2', c: '2' });
  });

  it.each<[string, TokenRequest, TokenRequest, TokenRequest]>([
    ['the first alone', { parameters: { a: '1' } }, { scope: 'b' }, { parameters: { a: '1' }, scope: 'b' }],
    ['the second alone', { scope: 'b' }, { parameters: { a: '1' } }, { parameters: { a: '1' }, scope: 'b' }],
  ])('have the parameters of %s', (_, under, over, expected) => {
    expect(mergeRequests(under, over)).toEqual(expected);
  });

  it('are the one that names anything, where the other names nothing', () => {
    const request = { scope: 'a' };

    expect(mergeRequests(request, DEFAULT_REQUEST)).toBe(request);
    expect(mergeRequests(request, {})).toBe(request);
    expect(mergeRequests(DEFAULT_REQUEST, request)).toBe(request);
  });

  it('keep what the call leaves undefined', () => {
    const over = { scope: undefined, audience: 'x' } as unknown as TokenRequest;

    expect(mergeRequests({ scope: 'a' }, over)).toEqual({ scope: 'a', audience: 'x' });
  });
});

describe('a frozen request', () => {
  it('is a copy, and its own copy', () => {
    const given = { scope: ['a'], parameters: { p: '1' } };
    const request = frozenRequest(given);
    given.scope.push('b');
    given.parameters.p = '2';

    expect(request).toEqual({ scope: ['a'], parameters: { p: '1' } });
    expect(frozenRequest(request)).toBe(request);
    expect([isFrozen(request), isFrozen(given)]).toEqual([true, false]);
    expect(checkedRequest(request)).toBe(request);
    expect(checkedOptions(request, 'with')).toBe(request);
  });
});

describe('a request that is none', () => {
  it.each<[string, unknown, string]>([
    ['a text', 'scope', 'clientCredentials: must be false or an object, such as { scope }'],
    [
      'a misspelt name',
      { scopes: 'a' },
      'clientCredentials.scopes: is no option here; did you mean "scope"?',
    ],
    ['an unknown name', { zzzzzzzz: 1 }, 'clientCredentials.zzzzzzzz: is no option here; check the spelling'],
    ['a number', { scope: 7 }, 'clientCredentials.scope: must be a string or a list of strings'],
    [
      'a list of numbers',
      { resource: [7] },
      'clientCredentials.resource: must be a string or a list of strings',
    ],
    [
      'a time below zero',
      { minRemainingSeconds: -1 },
      'clientCredentials.minRemainingSeconds: must be a number of seconds',
    ],
  ])('is refused: %s', (_, request, problem) => {
    expect(() => checkedRequest(request as TokenRequest)).toThrow(problem);
  });

  it('is refused by getToken, too', () => {
    expect(() => checkedOptions('scope' as TokenRequest, 'getToken')).toThrow(
      'getToken: must be an object, such as { scope }',
    );
    expect(() => checkedOptions({ audience: 7 } as unknown as TokenRequest, 'getToken')).toThrow(
      'getToken.audience: must be a string',
    );
  });

  it('is not one whose values are null or undefined', () => {
    const request = { scope: null, audience: undefined } as unknown as TokenRequest;

    expect(checkedOptions(request, 'with')).toBe(request);
  });
});
