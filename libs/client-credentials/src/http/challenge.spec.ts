import { describe, expect, it } from '@jest/globals';
import { claimsChallengeOf, missingScopesOf, wantsNonce } from './challenge.js';

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
});
