import { describe, expect, it } from '@jest/globals';
import type { AttachmentRules } from '../token/attachment.js';
import { allowedOriginsOf, mayCarryToken } from './allowed-origins.js';

function rulesOf(allowedOrigins: string[] | undefined, baseURL?: string): AttachmentRules {
  return { allowedOrigins, defaults: { baseURL } } as unknown as AttachmentRules;
}

describe('the origins that may get a token', () => {
  it.each<[string, string[] | undefined, (string | undefined)[], string[]]>([
    [
      'are those of the base addresses',
      undefined,
      ['https://a.example.com/v1', 'https://b.example.com:8443'],
      ['https://a.example.com', 'https://b.example.com:8443'],
    ],
    [
      'are the configured ones alone',
      ['https://c.example.com'],
      ['https://a.example.com'],
      ['https://c.example.com'],
    ],
    ['are none, where none is configured', [], ['https://a.example.com'], []],
    [
      'are no address that is missing or relative',
      undefined,
      [undefined, '/v1', 'https://a.example.com'],
      ['https://a.example.com'],
    ],
    [
      'are no unsafe ones, but for loopback',
      undefined,
      ['http://a.example.com', 'http://127.0.0.1:80', 'ftp://b.example.com'],
      ['http://127.0.0.1'],
    ],
  ])('%s', (_, configured, [baseURL, ...others], expected) => {
    expect([...allowedOriginsOf(rulesOf(configured, baseURL), ...others)]).toEqual(expected);
  });

  it.each([
    ['https://a.example.com/x', true],
    ['https://b.a.example.com/x', false],
    ['https://a.example.com:8443/x', false],
    ['http://a.example.com/x', false],
  ])('let a token go to %s: %s', (address, expected) => {
    const allowed = allowedOriginsOf(rulesOf(['https://a.example.com/v1']));

    expect(mayCarryToken(new URL(address), allowed)).toBe(expected);
  });
});
