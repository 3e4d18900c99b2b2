/** All scenarios in the order of the report: their ids, and the files that hold them. */
const PROGRAMME = new Map([
  ['a1', 'authorized-call'],
  ['a2', 'work-added'],
  ['a3', 'cached-token'],
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

/** Those whose ids begin with one of what is given; all, if nothing is. */
export function scenariosFor(beginnings) {
  const ids = [...PROGRAMME.keys()].filter(
    (id) => beginnings.length === 0 || beginnings.some((beginning) => id.startsWith(beginning)),
  );
  return Promise.all(ids.map(scenarioOf));
}

/** A single one: a contender's process loads no other. */
export async function scenarioOf(id) {
  const { scenario } = await import(`./${PROGRAMME.get(id)}.mjs`);
  return { id, ...scenario };
}
