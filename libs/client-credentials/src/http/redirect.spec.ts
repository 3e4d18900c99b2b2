import { describe, expect, it } from '@jest/globals';
import { nextHop, type Hop, type NextHop } from './redirect.js';

const FROM: Hop = {
  url: new URL('https://api.example.com/a/b?c'),
  method: 'POST',
  hasBody: true,
  isBodyRepeatable: true,
};

function shown(next: NextHop | undefined): unknown {
  if (next === undefined) return undefined;
  const { method, url, keepsBody, keepsBodyHeaders, isSameOrigin } = next;
  expect(keepsBodyHeaders).toBe(keepsBody);
  return [method, url.href, keepsBody ? 'body' : 'no body', isSameOrigin];
}

describe('a redirect', () => {
  it.each<[status: number, method: string, expectedMethod: string, body: string]>([
    [301, 'POST', 'GET', 'no body'],
    [302, 'POST', 'GET', 'no body'],
    [303, 'POST', 'GET', 'no body'],
    [303, 'PUT', 'GET', 'no body'],
    [303, 'HEAD', 'HEAD', 'body'],
    [303, 'GET', 'GET', 'body'],
    [301, 'PUT', 'PUT', 'body'],
    [307, 'POST', 'POST', 'body'],
    [308, 'DELETE', 'DELETE', 'body'],
  ])('%d of a %s leads to a %s with %s', (status, method, expectedMethod, body) => {
    const next = nextHop({ ...FROM, method }, status, '/there');

    expect(shown(next)).toEqual([expectedMethod, 'https://api.example.com/there', body, true]);
  });

  it.each<[sentence: string, location: string, url: string, isSameOrigin: boolean]>([
    ['relative to the path', 'x', 'https://api.example.com/a/x', true],
    ['relative to the protocol', '//cdn.example.com/x', 'https://cdn.example.com/x', false],
    ['to another port', 'https://api.example.com:8443/', 'https://api.example.com:8443/', false],
    ['to http', 'http://api.example.com/', 'http://api.example.com/', false],
    ['to the same host in capitals', 'https://API.example.com/x', 'https://api.example.com/x', true],
  ])('%s is resolved', (_, location, url, isSameOrigin) => {
    expect(shown(nextHop(FROM, 307, location))).toEqual(['POST', url, 'body', isSameOrigin]);
  });

  it.each<[sentence: string, status: number, location: string | null | undefined, hop: Partial<Hop>]>([
    ['an answer that is none', 200, '/there', {}],
    ['a 304', 304, '/there', {}],
    ['one without an address', 302, null, {}],
    ['one whose address is missing', 302, undefined, {}],
    ['one that names no address', 302, 'https://[broken', {}],
    ['one to another scheme', 302, 'ftp://files.example.com/', {}],
    ['one that wants a body that can be read only once', 307, '/there', { isBodyRepeatable: false }],
  ])('is not followed: %s', (_, status, location, hop) => {
    expect(nextHop({ ...FROM, ...hop }, status, location)).toBeUndefined();
  });

  it('keeps the headers of a body that is none', () => {
    const next = nextHop({ ...FROM, hasBody: false }, 307, '/x');

    expect(next).toMatchObject({ keepsBody: false, keepsBodyHeaders: true });
  });

  it('loses the user info of its address, which would replace the token', () => {
    expect(nextHop(FROM, 307, 'https://me:mine@api.example.com/x')?.url.href).toBe(
      'https://api.example.com/x',
    );
  });

  it('is followed where a body that can be read only once stays behind', () => {
    expect(shown(nextHop({ ...FROM, isBodyRepeatable: false }, 303, '/x'))).toEqual([
      'GET',
      'https://api.example.com/x',
      'no body',
      true,
    ]);
  });
});
