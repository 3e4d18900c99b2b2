import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { isFromLoopback } from './access.js';

const HOST = 'localhost:3000';
const from = (remoteAddress: string | undefined, headers: IncomingHttpHeaders = { host: HOST }): boolean =>
  isFromLoopback({ headers, socket: { remoteAddress } });

describe('a request', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])(
    'from %s comes from this machine',
    (address) => expect(from(address)).toBe(true),
  );

  it.each([undefined, '', '10.0.0.1', '203.0.113.7', '::ffff:10.0.0.1', 'fe80::1', '::', '127.0.0.1.evil'])(
    'from %s does not',
    (address) => expect(from(address)).toBe(false),
  );

  it.each(['localhost', 'LocalHost:80', '127.0.0.1', '127.1.2.3:8080', '[::1]', '[::1]:3000'])(
    'to %s is to this machine',
    (host) => expect(from('127.0.0.1', { host })).toBe(true),
  );

  it.each([
    undefined,
    '',
    'example.com',
    'localhost.',
    'a.localhost',
    'localhost.example.com',
    '127.0.0.1.nip.io',
    'localhost:3000, example.com',
    'localhost:x',
    '0.0.0.0',
    '[::ffff:127.0.0.1]',
  ])('to %s is not', (host) => expect(from('127.0.0.1', { host })).toBe(false));

  it.each([
    'forwarded',
    'via',
    'x-forwarded-for',
    'x-forwarded-proto',
    'x-forwarded',
    'x-real-ip',
    'true-client-ip',
    'cf-connecting-ip',
    'x-client-ip',
  ])('with %s speaks for somebody else', (name) =>
    expect(from('127.0.0.1', { host: HOST, [name]: '' })).toBe(false),
  );

  it.each([
    ['of the page itself', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' }, true],
    ['that a user typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, true],
    [
      'that follows a link',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      true,
    ],
    [
      'of a frame elsewhere',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      false,
    ],
    ['of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }, false],
    ['of another port', { origin: 'http://localhost:4000', 'sec-fetch-site': 'same-site' }, false],
    ['of another origin, from an old browser', { origin: 'https://example.com' }, false],
    ['of no origin', { origin: 'null' }, false],
  ])('%s', (_, headers, isAllowed) => {
    expect(from('127.0.0.1', { host: HOST, ...headers })).toBe(isAllowed);
  });

  it('over HTTP/2 has its host in :authority', () => {
    expect(from('::1', { ':authority': 'localhost:8443' })).toBe(true);
    expect(from('::1', { ':authority': 'example.com' })).toBe(false);
  });
});
