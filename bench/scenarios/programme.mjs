/** File names of all scenarios by id, in the order of the report. */
const PROGRAMME = new Map([
  ['a1', 'authorized-call'],
  ['a2', 'work-added'],
  ['a3', 'cached-token'],
  ['a4', 'work-added-to-fetch'],
  ['b', 'loopback-load'],
  ['c1', 'cold-tokens'],
  ['c2', 'cold-calls'],
  ['d1', 'revoked-token'],
  ['d2', 'always-refused'],
  ['e', 'renewals'],
  ['f1', 'token-memory'],
  ['f2', 'look-ups'],
  ['f3', 'eviction'],
  ['g', 'redis'],
]);

/** Scenarios whose id begins with one of the given texts; all scenarios if none is given. */
export function scenariosFor(beginnings) {
  const ids = [...PROGRAMME.keys()].filter(
    (id) => beginnings.length === 0 || beginnings.some((beginning) => id.startsWith(beginning)),
  );
  return Promise.all(ids.map(scenarioOf));
}

/** Loads one scenario; a contender's process loads only its own. */
export async function scenarioOf(id) {
  const { scenario } = await import(`./${PROGRAMME.get(id)}.mjs`);
  return { id, ...scenario };
}
