import { describe, expect, it } from '@jest/globals';
import { misspelt, nearestName } from './spelling.js';

const KNOWN = ['baseURL', 'auth', 'data', 'env', 'headers', 'maxRedirects', 'timeout', 'url', 'proxy'];

describe('a misspelt name', () => {
  it.each([
    ['baseUrl', 'baseURL'],
    ['base_url', 'baseURL'],
    ['baseURI', 'baseURL'],
    ['baseULR', 'baseURL'],
    ['URL', 'url'],
    ['header', 'headers'],
    ['timeouts', 'timeout'],
    ['max-redirect', 'maxRedirects'],
    ['maxRedircts', 'maxRedirects'],
  ])('%s is %s', (name, expected) => {
    expect(misspelt(name, KNOWN)).toBe(expected);
  });

  it.each(['meta', 'oauth', 'id', 'dev', 'cache', 'raxConfig', 'axios-retry', 'clientCredentials', 'retry'])(
    '%s is none',
    (name) => {
      expect(misspelt(name, KNOWN)).toBeUndefined();
    },
  );

  it('may be a part of one longer name where a hint is all that is asked for', () => {
    expect(misspelt('maxRed', KNOWN)).toBeUndefined();
    expect(nearestName('maxRed', KNOWN)).toBe('maxRedirects');
    expect(nearestName('redirects', KNOWN)).toBe('maxRedirects');
    expect(nearestName('token', ['accessToken', 'tokenType'])).toBeUndefined();
    expect(nearestName('max', KNOWN)).toBeUndefined();
  });
});
