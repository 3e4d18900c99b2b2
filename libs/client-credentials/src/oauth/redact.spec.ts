import { describe, expect, it } from '@jest/globals';
import { redact } from './redact.js';

const SECRET = `p4s+s/w ö&"<'~rd%`;

const hex = (text: string): string => Buffer.from(text).toString('hex');
const percentBytes = (text: string): string => hex(text).replaceAll(/../g, '%$&');
const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const htmlDecimal = (text: string): string => text.replaceAll(/./g, (char) => `&#${char.charCodeAt(0)};`);
const htmlHexadecimal = (text: string): string =>
  text.replaceAll(/./g, (char) => `&#x${char.charCodeAt(0).toString(16)};`);

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
    ['in HTML with hexadecimal entities', htmlHexadecimal(SECRET)],
    ['partly in HTML, partly percent-encoded', SECRET.replace('&', '&amp;').replace('/', '%2f')],
  ])('%s', (_, written) => {
    expect(redact(`The secret ${written} is wrong.`, [SECRET])).toBe('The secret [redacted] is wrong.');
  });
});

describe('a secret in other case is redacted', () => {
  const forms: [string, string][] = [
    ['in plain form', SECRET],
    ['form-encoded', new URLSearchParams({ s: SECRET }).toString().slice(2)],
    ['percent-encoded', encodeURIComponent(SECRET)],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in hexadecimal', hex(SECRET)],
    ['in JSON', json(SECRET)],
  ];

  it.each(
    forms.flatMap(([name, written]): [string, string][] => [
      [`${name}, in upper case`, written.toUpperCase()],
      [`${name}, in lower case`, written.toLowerCase()],
    ]),
  )('%s', (_, written) => {
    expect(redact(`The secret ${written} is wrong.`, [SECRET])).toBe('The secret [redacted] is wrong.');
  });

  it.each([
    ['Straße 1234', 'STRASSE 1234'],
    [' Straße 1234\n', 'Straße 1234'],
    [' Straße 1234\n', 'STRASSE 1234'],
    ['>>>>', 'Pj4+Pg'],
    ['>>>>', 'Pj4-Pg'],
    ['İstanbul-1', 'istanbul-1'],
    ['ΟΔΟΣ', 'οδος'],
  ])('%j as %j', (secret, written) => {
    expect(redact(`The secret ${written} is wrong.`, [secret])).toBe('The secret [redacted] is wrong.');
  });
});

describe('a long text', () => {
  const SPACED = 'correct horse&battery staple';
  const word = 'word ';

  /** Whether at least three characters of a secret, from its beginning, are in a text. */
  const shows = (text: string, secret: string): boolean =>
    text.toLowerCase().includes(secret.slice(0, 3).toLowerCase());

  it('is whole up to the length that is searched', () => {
    const text = `${word.repeat(1_638)}ok`;

    expect(text).toHaveLength(8_192);
    expect(redact(text, ['none'])).toBe(text);
    expect(redact(`${text}!`, ['none'])).toBe(`${word.repeat(1_638).trimEnd()}…`);
  });

  it('without a blank shows nothing', () => {
    expect(redact('x'.repeat(10_000), ['none'])).toBe('…');
  });

  it('is cut at a word, and ends with an ellipsis', () => {
    const shown = redact(word.repeat(10_000), ['none']);

    expect(shown).toMatch(/^(?:word )+word…$/);
    expect(shown.length).toBeLessThan(10_000);
  });

  it.each([
    ['in plain form', SPACED],
    ['in upper case', SPACED.toUpperCase()],
    ['in HTML', SPACED.replace('&', '&amp;')],
    ['percent-encoded', encodeURIComponent(SPACED)],
    ['form-encoded', SPACED.replaceAll(' ', '+').replace('&', '%26')],
    ['in base64', Buffer.from(SPACED).toString('base64')],
  ])('shows no part of a secret %s, wherever the text is cut', (_, written) => {
    const shown = Array.from({ length: 2 * written.length }, (__, shift) => {
      const before = `${word.repeat(1_638)}${' '.repeat(8_192 - 5 * 1_638)}`.slice(shift);
      return redact(`${before}${written} ${word.repeat(20_000)}`, [SPACED]);
    });

    expect(shown.filter((text) => shows(text, SPACED) || text.includes(written.slice(0, 3)))).toEqual([]);
  });

  it('is searched for a secret that is longer than what is searched', () => {
    const secret = 'abc'.repeat(10_000);

    expect(redact(`The token ${secret} is wrong.`, [secret])).toBe('The token…');
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
    ['is not decoded without secrets', '100%2525 &amp;amp; \\u0041', ['none'], '100%2525 &amp;amp; \\u0041'],
    ['keeps an entity that has no meaning', 'a &b; c &amp; abcd', ['abcd'], 'a &b; c &amp; [redacted]'],
    ['has secrets replaced in any order', 'first, second', ['second', 'first'], '[redacted], [redacted]'],
    ['has secrets that overlap replaced together', 'x abcdef x', ['cdef', 'abcd'], 'x [redacted] x'],
    ['is found beside letters that grow in upper case', 'Größe ß abcd.', ['abcd'], 'Größe ß [redacted].'],
    ['has a secret without its outer blanks replaced', 'is abcd.', [' abcd\n'], 'is [redacted].'],
  ])('%s', (_, text, secrets, expected) => {
    expect(redact(text, secrets)).toBe(expected);
  });
});
