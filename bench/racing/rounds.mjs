/** Order of a round. Each round starts with another contender, so that none always runs after the same one. */
export function orderOf(contenders, round) {
  const first = round % contenders.length;
  return [...contenders.slice(first), ...contenders.slice(0, first)];
}

/**
 * Whether a contender takes part in a round.
 *
 * Contenders with targets take part in every round, others in every n-th (`peersEvery`), slow ones once.
 */
export function isAsked({ isFocus, rounds }, round, { peersEvery = 1, onceIfOverMs = Infinity }) {
  if (isFocus) return true;
  return round % peersEvery === 0 && rounds.every(({ tookMs }) => tookMs <= onceIfOverMs);
}
