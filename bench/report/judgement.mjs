/** Factor by which a figure may miss its target before the short run fails, because short runs are noisy. */
const MARGIN = 2;

/**
 * Whether a figure meets its target (`isMet`), or misses it by at most the margin (`isNear`).
 *
 * Near is 2.06 for "at most 1.03", and 0.485 for "at least 0.97". For a known miss, the margin applies to `reached`. An
 * exact count has no margin.
 */
export function judge({ exactly, atMost, atLeast, reached = atMost }, value) {
  if (value === undefined || value === null || !Number.isFinite(value))
    return { isMet: false, isNear: false };
  if (exactly !== undefined) return { isMet: value === exactly, isNear: value === exactly };
  if (atLeast !== undefined) return { isMet: value >= atLeast, isNear: value >= atLeast / MARGIN };
  return { isMet: value <= atMost, isNear: value <= reached * MARGIN };
}

/** Target as text. */
export function demandOf({ exactly, atMost, atLeast }) {
  if (exactly !== undefined) return `exactly ${exactly}`;
  return atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
}

/** Judges the targets of all scenarios that ran with the target's contender. */
export function judgeAll(targets, scenarios) {
  return targets.flatMap((target) => {
    const scenario = scenarios.find(({ id }) => id === target.scenario);
    const row = scenario?.rows.find(({ id }) => id === target.contender);
    if (row === undefined || row.abstains !== undefined) return [];
    const value = target.ratio === undefined ? row.medians[target.figure] : row.ratios[target.ratio]?.median;
    return [{ ...target, value, ...judge(target, value) }];
  });
}
