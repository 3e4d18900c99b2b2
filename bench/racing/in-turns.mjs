import { median } from '../figures/percentile.mjs';

/**
 * Measures a contender and its baseline in short alternating turns, and forms the ratio within each turn.
 *
 * The speed of a shared machine changes by more, and faster, than the differences to measure. Returns the medians of all
 * turns. The order changes from turn to turn.
 *
 * @param own - measures the contender; resolves to a number
 * @param floor - measures the baseline; resolves to a number
 */
export async function inTurns(turns, own, floor) {
  const pairs = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const first = turn % 2 === 0 ? await own() : await floor();
    const second = turn % 2 === 0 ? await floor() : await own();
    pairs.push(turn % 2 === 0 ? [first, second] : [second, first]);
  }
  return {
    own: median(pairs.map(([value]) => value)),
    floor: median(pairs.map(([, value]) => value)),
    ratio: median(pairs.map(([value, floorValue]) => value / floorValue)),
    difference: median(pairs.map(([value, floorValue]) => value - floorValue)),
  };
}
