import { describe, expect, it } from '@jest/globals';
import { inTurns } from './in-turns.mjs';

describe('measuring in turns', () => {
  const machineSpeeds = [1, 100, 7, 1, 30, 2];

  /** Contender that takes twice as long as the baseline, on a machine whose speed changes from turn to turn. */
  function measured() {
    const order = [];
    const at = (name, times) => {
      let turn = 0;
      return async () => {
        order.push(name);
        turn += 1;
        return machineSpeeds[turn - 1] * times;
      };
    };
    return { order, own: at('own', 2), floor: at('floor', 1) };
  }

  it('forms the ratio within each turn, so that a slow turn affects both', async () => {
    const { own, floor } = measured();

    expect((await inTurns(machineSpeeds.length, own, floor)).ratio).toBe(2);
  });

  it('returns the medians of both and of their difference', async () => {
    const { own, floor } = measured();

    expect(await inTurns(machineSpeeds.length, own, floor)).toMatchObject({
      own: 9,
      floor: 4.5,
      difference: 4.5,
    });
  });

  it('alternates the order', async () => {
    const { order, own, floor } = measured();

    await inTurns(2, own, floor);

    expect(order).toEqual(['own', 'floor', 'floor', 'own']);
  });
});
