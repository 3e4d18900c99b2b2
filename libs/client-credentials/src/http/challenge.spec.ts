import { describe, expect, it } from '@jest/globals';
import { claimsChallengeOf, missingScopesOf, refusalIn, wantsNonce } from './challenge.js';

const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}';
const ENCODED = Buffer.from(CLAIMS).toString('base64');

describe('a challenge', () => {
  it.each([
    [`Bearer realm="", error="insufficient_claims", claims="${ENCODED}"`],
    [`Bearer claims=${ENCODED}, error=insufficient_claims`],
    [
      `Basic realm="x", Bearer error="insufficient_claims",claims="${Buffer.from(CLAIMS).toString('base64url')}"`,
    ],
  ])('demands claims: %s', (challenge) => {
    expect(claimsChallengeOf(challenge)).toEqual({ error: 'insufficient_claims', claims: CLAIMS });
  });

  it.each([
    ['Bearer error="insufficient_claims"'],
    ['Bearer error="insufficient_claims", claims="###"'],
    [`Bearer error="insufficient_claims", claims="${Buffer.from('"text"').toString('base64')}"`],
    [
      `Bearer error="insufficient_claims", claims="${Buffer.from(`{"x":"${'y'.repeat(9_000)}"}`).toString('base64')}"`,
    ],
  ])('demands claims that it does not say in a way that can be read: %s', (challenge) => {
    expect(claimsChallengeOf(challenge)).toEqual({ error: 'insufficient_claims' });
  });

  it.each([
    [undefined],
    [''],
    ['Bearer error="invalid_token"'],
    ['Bearer error_description="insufficient_claims"'],
  ])('demands no claims: %s', (challenge) => {
    expect(claimsChallengeOf(challenge)).toBeUndefined();
  });

  it('asks for a nonce, or for more scope, and for nothing of both otherwise', () => {
    expect(wantsNonce('DPoP error="use_dpop_nonce", error_description="x"')).toBe(true);
    expect(wantsNonce('DPoP error="invalid_dpop_proof"')).toBe(false);
    expect(missingScopesOf('Bearer error=insufficient_scope, scope="a  b"')).toEqual(['a', 'b']);
    expect(missingScopesOf('Bearer error="insufficient_scope"')).toEqual([]);
    expect(missingScopesOf('Bearer error="invalid_token"')).toBeUndefined();
  });

  it('says why a token was refused, as far as it does', () => {
    const header =
      'Basic error="x", Bearer error="invalid_token", error_description="It ended.", scope="a b"';

    expect(refusalIn(header)).toEqual({
      error: 'invalid_token',
      description: 'It ended.',
      scope: 'a b',
    });
    expect(refusalIn('Bearer')).toEqual({ error: undefined, description: undefined, scope: undefined });
    expect(refusalIn(undefined).error).toBeUndefined();
  });

  it.each<[string, string, string[] | undefined]>([
    ['with a word where a parameter belongs', 'Bearer x error="insufficient_scope", scope="a"', ['a']],
    [
      'with such a word in a long header',
      `Bearer x error="insufficient_scope", realm="${'r'.repeat(100)}"`,
      [],
    ],
    [
      'with a word far behind its beginning',
      `Bearer realm="${'r'.repeat(100)}" x error="insufficient_scope"`,
      [],
    ],
    ['whose first value counts', 'Bearer error="insufficient_scope", error="invalid_token"', []],
    ['with a name in capitals', 'BEARER ERROR="insufficient_scope", SCOPE="a", Scope="b"', ['a']],
    ['with an escaped quote', 'Bearer error="insufficient_scope", scope="a\\"b \\\\"', ['a"b', '\\']],
    ['behind another for a token', 'Bearer realm="x", DPoP error="insufficient_scope"', []],
    ['of another scheme', 'Basic error="insufficient_scope"', undefined],
    [
      'far down in a header',
      `Basic realm="${'r'.repeat(16_384)}", Bearer error="insufficient_scope"`,
      undefined,
    ],
    [
      'with many scopes',
      `Bearer error="insufficient_scope", scope="${'s '.repeat(51)}"`,
      Array.from({ length: 50 }, () => 's'),
    ],
    ['with a long scope', `Bearer error="insufficient_scope", scope="${'s'.repeat(201)}"`, ['s'.repeat(200)]],
  ])('%s is read as far as it goes', (_, header, scopes) => {
    expect(missingScopesOf(header)).toEqual(scopes);
  });
});
