/** By how much a figure may miss its target before the short run fails: short runs, and the machines they run on, are noisy. */
const MARGIN = 2;

/**
 * Whether a figure meets a target, and whether it misses it by no more than the margin: of 1.03 at most that is 2.06, of 0.97
 * at least 0.485; where it is known to be missed, of what was `reached`. A count that must be exact must be so in every run.
 */
export function judge({ exactly, atMost, atLeast, reached = atMost }, value) {
  if (value === undefined || value === null || !Number.isFinite(value))
    return { isMet: false, isNear: false };
  if (exactly !== undefined) return { isMet: value === exactly, isNear: value === exactly };
  if (atLeast !== undefined) return { isMet: value >= atLeast, isNear: value >= atLeast / MARGIN };
  return { isMet: value <= atMost, isNear: value <= reached * MARGIN };
}

/** What a target asks for, in words. */
export function demandOf({ exactly, atMost, atLeast }) {
  if (exactly !== undefined) return `exactly ${exactly}`;
  return atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
}

/** Judges all targets of the scenarios that were run, and whose contender took part. */
export function judgeAll(targets, scenarios) {
  return targets.flatMap((target) => {
    const scenario = scenarios.find(({ id }) => id === target.scenario);
    const row = scenario?.rows.find(({ id }) => id === target.contender);
    if (row === undefined || row.abstains !== undefined) return [];
    const value = target.ratio === undefined ? row.medians[target.figure] : row.ratios[target.ratio]?.median;
    return [{ ...target, value, ...judge(target, value) }];
  });
}
