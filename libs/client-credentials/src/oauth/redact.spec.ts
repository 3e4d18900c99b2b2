import { describe, expect, it } from '@jest/globals';
import { redact } from './redact.js';

const SECRET = `p4s+s/w ö&"<'~rd%`;

const hex = (text: string): string => Buffer.from(text).toString('hex');
const percentBytes = (text: string): string => hex(text).replaceAll(/../g, '%$&');
const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const htmlDecimal = (text: string): string => text.replaceAll(/./g, (char) => `&#${char.charCodeAt(0)};`);

describe('a secret is redacted', () => {
  it.each<[string, string]>([
    ['in plain form', SECRET],
    ['form-encoded', new URLSearchParams({ s: SECRET }).toString().slice(2)],
    ['percent-encoded', encodeURIComponent(SECRET)],
    [
      'percent-encoded in lower case',
      encodeURIComponent(SECRET).replaceAll(/%../g, (code) => code.toLowerCase()),
    ],
    ['percent-encoded byte by byte', percentBytes(SECRET)],
    ['encoded twice', encodeURIComponent(encodeURIComponent(SECRET))],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64 without its padding', Buffer.from(SECRET).toString('base64').replaceAll('=', '')],
    ['in base64url', Buffer.from(SECRET).toString('base64url')],
    ['in hexadecimal', hex(SECRET)],
    ['in JSON', json(SECRET)],
    ['in JSON within JSON', json(json(SECRET))],
    ['in JSON with escaped non-ASCII characters', json(SECRET).replaceAll('ö', '\\u00f6')],
    ['in JSON with escaped slashes', json(SECRET).replaceAll('/', '\\/')],
    [
      'in HTML',
      SECRET.replace('&', '&amp;').replace('"', '&quot;').replace('<', '&lt;').replace("'", '&#39;'),
    ],
    [
      'in HTML with PHP’s entities',
      SECRET.replace('&', '&amp;').replace('"', '&quot;').replace('<', '&lt;').replace("'", '&#039;'),
    ],
    ['in HTML with numeric entities', htmlDecimal(SECRET)],
  ])('%s', (_, written) => {
    expect(redact(`The secret ${written} is wrong.`, [SECRET])).toBe('The secret [redacted] is wrong.');
  });
});

describe('the rest of a text', () => {
  it.each<[string, string, string[], string]>([
    ['has every occurrence replaced', 'abcd and abcd', ['abcd'], '[redacted] and [redacted]'],
    [
      'has the longer of two secrets replaced whole',
      'abcdef abc',
      ['abc', 'abcdef'],
      '[redacted] [redacted]',
    ],
    ['keeps secrets that are too short to redact', 'a cat sat', ['a', 'at', ''], 'a cat sat'],
    ['treats a secret as text, not as a pattern', 'a.c abc', ['a.c'], '[redacted] abc'],
    ['is the same without secrets', 'Nothing.', [], 'Nothing.'],
    ['has a secret without its outer blanks replaced', 'is abcd.', [' abcd\n'], 'is [redacted].'],
  ])('%s', (_, text, secrets, expected) => {
    expect(redact(text, secrets)).toBe(expected);
  });
});
