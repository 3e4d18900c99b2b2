import { describe, expect, it } from '@jest/globals';
import { AccessToken } from '../token/access-token.js';
import { DisplacedTokens } from './displaced-tokens.js';

const START = { at: 0, monotonicMs: 0 };
const COOLDOWN_MS = 30_000;
const after = (ms: number): typeof START => ({ at: ms, monotonicMs: ms });
const tokenOf = (value: string): AccessToken =>
  new AccessToken({ value, type: 'Bearer', scopes: [], requested: START, lifetimeMs: 60_000 }, 'Bearer');

describe('a displaced token', () => {
  const [mine, other] = [{}, {}];

  function accepted(): { displaced: DisplacedTokens; token: AccessToken } {
    const displaced = new DisplacedTokens();
    const token = tokenOf('a');
    displaced.noteAccepted(token);
    displaced.noteAcquired(other);
    return { displaced, token };
  }

  it('is one that worked until another entry of the client acquired a token', () => {
    const { displaced, token } = accepted();

    expect(displaced.isDisplaced(mine, token, START, COOLDOWN_MS)).toBe(true);
    expect(displaced.isDisplaced(other, token, START, COOLDOWN_MS)).toBe(false);
    expect(displaced.isDisplaced(mine, tokenOf('never accepted'), START, COOLDOWN_MS)).toBe(false);
    expect(displaced.isDisplaced(mine, undefined, START, COOLDOWN_MS)).toBe(false);
  });

  it('is replaced twenty times within a cooldown, and again in the next one', () => {
    const { displaced, token } = accepted();

    for (let turn = 0; turn < 20; turn += 1) displaced.count(after(turn), COOLDOWN_MS);

    expect(displaced.isDisplaced(mine, token, after(COOLDOWN_MS - 1), COOLDOWN_MS)).toBe(false);
    expect(displaced.isDisplaced(mine, token, after(COOLDOWN_MS), COOLDOWN_MS)).toBe(true);

    for (let turn = 0; turn < 20; turn += 1) displaced.count(after(COOLDOWN_MS + turn), COOLDOWN_MS);

    expect(displaced.isDisplaced(mine, token, after(2 * COOLDOWN_MS - 1), COOLDOWN_MS)).toBe(false);
  });
});
