import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { AccessToken, fingerprintOf } from './access-token.js';

const ISSUED = {
  value: 'a-secret-token',
  type: 'Bearer',
  scopes: ['read', 'write'],
  apiBaseURL: 'https://eu.example.com',
  requested: { at: 1_000, monotonicMs: 0 },
  lifetimeMs: 60_000,
};
const FINGERPRINT = '4b425417';

describe('an access token', () => {
  it('has its value and its header', () => {
    const { value, authorization } = new AccessToken(ISSUED, 'Bearer');

    expect({ value, authorization }).toEqual({
      value: 'a-secret-token',
      authorization: 'Bearer a-secret-token',
    });
  });

  it('is its own header without a scheme', () => {
    expect(new AccessToken(ISSUED, '').authorization).toBe('a-secret-token');
  });

  it('keeps a header that was made by the configuration', () => {
    expect(new AccessToken(ISSUED, 'Bearer', 'token=a-secret-token').authorization).toBe(
      'token=a-secret-token',
    );
  });

  it('keeps its type, scheme and address beside tokens of thousands of other kinds', () => {
    const types = Array.from({ length: 2_500 }, (_, index) => `Type-${index}`);

    const tokens = [...types, ...types].map(
      (type, index) =>
        new AccessToken(
          { ...ISSUED, type, apiBaseURL: index < 2_500 ? undefined : ISSUED.apiBaseURL },
          index % 2 === 0 ? '' : 'Token',
        ),
    );

    expect(tokens.map(({ type }) => type)).toEqual([...types, ...types]);
    expect(new Set(tokens.slice(0, 2_500).map(({ apiBaseURL }) => apiBaseURL))).toEqual(new Set([undefined]));
    expect(new Set(tokens.slice(2_500).map(({ apiBaseURL }) => apiBaseURL))).toEqual(
      new Set([ISSUED.apiBaseURL]),
    );
    expect(tokens.slice(0, 2).map(({ authorization }) => authorization)).toEqual([
      'a-secret-token',
      'Token a-secret-token',
    ]);
  });

  it('shows everything but its value as JSON', () => {
    expect(JSON.parse(JSON.stringify(new AccessToken(ISSUED, 'Bearer')))).toEqual({
      type: 'Bearer',
      scopes: ['read', 'write'],
      obtainedAt: 1_000,
      expiresAt: 61_000,
      apiBaseURL: 'https://eu.example.com',
    });
  });

  it('shows a fingerprint as text and in the console', () => {
    const token = new AccessToken(ISSUED, 'Bearer');

    expect(String(token)).toBe(`AccessToken ${FINGERPRINT}`);
    expect(inspect(token, { showHidden: true })).toBe(
      `AccessToken { ${FINGERPRINT}, Bearer, scopes: [read write], expires: 1970-01-01T00:01:01.000Z }`,
    );
  });
});

describe('a fingerprint', () => {
  it('is the begin of the token’s SHA-256', () => {
    expect(fingerprintOf(new AccessToken(ISSUED, 'Bearer'))).toBe(FINGERPRINT);
  });
});
