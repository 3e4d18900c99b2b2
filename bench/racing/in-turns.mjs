import { median } from '../figures/percentile.mjs';

/**
 * Measures two things in short turns in one process, and forms the ratio within each turn: the speed of a shared machine changes by
 * more, and faster, than what is to be told apart. The medians of all turns; who begins changes.
 *
 * @param own - resolves to a number
 * @param floor - likewise
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
