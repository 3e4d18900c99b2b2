/** The order of a round: each begins with another one, so that none has the same neighbour's heat or quiet each time. */
export function orderOf(contenders, round) {
  const first = round % contenders.length;
  return [...contenders.slice(first), ...contenders.slice(0, first)];
}

/**
 * Whether a contender is asked in a round. Those on whose ratios a target depends are asked in each, the others in every
 * so manieth; those for whom one round takes too long, once.
 */
export function isAsked({ isFocus, rounds }, round, { peersEvery = 1, onceIfOverMs = Infinity }) {
  if (isFocus) return true;
  return round % peersEvery === 0 && rounds.every(({ tookMs }) => tookMs <= onceIfOverMs);
}
