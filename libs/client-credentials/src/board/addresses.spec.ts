import { describe, expect, it } from '@jest/globals';
import { filesPrefixOf, resourceOf, type MountedRequest } from './addresses.js';

const asked = (url: string, rest: object = {}): MountedRequest => ({ url, ...rest }) as MountedRequest;
const inExpress = (url: string, mount: string, path = url): MountedRequest =>
  asked(url, { originalUrl: mount + (path === '' ? '' : path), baseUrl: mount });

describe('the resource of a request', () => {
  it.each<[string, MountedRequest, string | undefined]>([
    ['the page at the mount of Express', inExpress('/', '/tokens', ''), 'page'],
    ['the page with a slash', inExpress('/', '/tokens'), 'page'],
    ['the page with a query', inExpress('/?a=/state', '/tokens'), 'page'],
    ['a file below the mount', inExpress('/board.css', '/tokens'), 'board.css'],
    ['the data with a query', inExpress('/state?provider=a/b', '/tokens'), 'state'],
    ['the data where Express strips all', inExpress('/', '/tokens/state', ''), 'state'],
    ['nothing for another name', inExpress('/other', '/tokens'), undefined],
    ['nothing further below', inExpress('/state/x', '/tokens'), undefined],
    ['nothing in a folder below', inExpress('/x/state', '/tokens'), undefined],
    ['the page at the root', asked('/'), 'page'],
    ['the data at the root', asked('/state'), 'state'],
    ['nothing in a folder of the root', asked('/api/state', { originalUrl: '/api/state' }), undefined],
    ['the page of a route', asked('/a/tokens', { originalUrl: '/a/tokens', route: {} }), 'page'],
    ['the data of a route', asked('/a/tokens/state', { originalUrl: '/a/tokens/state', route: {} }), 'state'],
    ['the data where all is stripped', asked('/', { originalUrl: '/tokens/state?x=1' }), 'state'],
    ['the events of an absolute address', asked('http://localhost/events'), 'events'],
  ])('is %s', (_, request, expected) => {
    expect(resourceOf(request)).toBe(expected);
  });
});

describe('where the files are', () => {
  it.each([
    ['/tokens/', './'],
    ['/tokens', './tokens/'],
    ['/a/b?x=/y', './b/'],
    ['/', './'],
    ['/a:b', './a:b/'],
    ['/%22x', './%22x/'],
    ['/"><b>&', './%22%3E%3Cb%3E%26/'],
  ])('from %s is %s', (originalUrl, expected) => {
    expect(filesPrefixOf(asked('/', { originalUrl }))).toBe(expected);
  });
});
