import { describe, expect, it } from '@jest/globals';
import { AccessToken } from '../token/access-token.js';
import { Displacements } from './displacement.js';

const START = { at: 0, monotonicMs: 0 };
const COOLDOWN_MS = 30_000;
const after = (ms: number): typeof START => ({ at: ms, monotonicMs: ms });
const tokenOf = (value: string): AccessToken =>
  new AccessToken(
    { value, type: 'Bearer', scopes: [], requested: START, lifetimeMs: 60_000 },
    () => `Bearer ${value}`,
  );

describe('a displaced token', () => {
  const [mine, other] = [{}, {}];

  function accepted(): { displacements: Displacements; token: AccessToken } {
    const displacements = new Displacements();
    const token = tokenOf('a');
    displacements.noteAccepted(token);
    displacements.noteAcquired(other);
    return { displacements, token };
  }

  it('is one that worked until another entry of the client acquired a token', () => {
    const { displacements, token } = accepted();

    expect(displacements.isDisplaced(mine, token, START, COOLDOWN_MS)).toBe(true);
    expect(displacements.isDisplaced(other, token, START, COOLDOWN_MS)).toBe(false);
    expect(displacements.isDisplaced(mine, tokenOf('never accepted'), START, COOLDOWN_MS)).toBe(false);
    expect(displacements.isDisplaced(mine, undefined, START, COOLDOWN_MS)).toBe(false);
  });

  it('is replaced twenty times within a cooldown, and again in the next one', () => {
    const { displacements, token } = accepted();

    for (let turn = 0; turn < 20; turn += 1) displacements.count(after(turn), COOLDOWN_MS);

    expect(displacements.isDisplaced(mine, token, after(COOLDOWN_MS - 1), COOLDOWN_MS)).toBe(false);
    expect(displacements.isDisplaced(mine, token, after(COOLDOWN_MS), COOLDOWN_MS)).toBe(true);
  });
});
