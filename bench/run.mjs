/**
 * Runs the benchmark; prints the results, and writes those of a full run to bench/results.
 *
 *     npm run bench                 all scenarios, about 15 minutes
 *     npm run bench -- a e          scenarios whose ids begin with a or e
 *     npm run bench -- --short      less than two minutes; fails where a count is wrong, and prints the ratios. CI runs those that count
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BASELINES, LINEUP, OURS } from './contenders/lineup.mjs';
import { summarize } from './figures/summary.mjs';
import { race } from './racing/race.mjs';
import { judgeAll } from './report/judgement.mjs';
import { machine } from './report/machine.mjs';
import { reportOf, sectionOf, targetsOf } from './report/markdown.mjs';
import { scenariosFor } from './scenarios/programme.mjs';
import { TARGETS } from './targets.mjs';

const RESULTS = new URL('./results/', import.meta.url);
const PEERS = LINEUP.filter((id) => !BASELINES.includes(id) && !OURS.includes(id));

const { values, positionals } = parseArgs({
  options: { short: { type: 'boolean' } },
  allowPositionals: true,
});
const isShort = values.short ?? false;

const endpoints = fork(new URL('./endpoints/server.mjs', import.meta.url));
const [controlUrl] = await once(endpoints, 'message');
const results = [];
for (const scenario of await scenariosFor(positionals)) {
  const result = await run(scenario);
  results.push(result);
  console.log(`\n${sectionOf(result)}`);
  console.error(`${scenario.id} took ${result.tookSeconds ?? 0} s.`);
}
endpoints.disconnect();

const verdicts = verdictsOn(results);
console.log(`\n## Targets\n\n${targetsOf(verdicts)}`);
// Only a full run is written: bench/results is committed, from a quiet machine.
if (!isShort && positionals.length === 0) write();
const missedCounts = verdicts.filter(({ isMet, exactly }) => !isMet && exactly !== undefined);
if (isShort && missedCounts.length > 0) {
  console.log('\nA count is not what it must be. See the table above.');
  process.exitCode = 1;
}

function verdictsOn(some) {
  const ran = some.filter(({ rows }) => rows !== undefined);
  return judgeAll(
    TARGETS,
    ran.map(({ scenario, rows }) => ({ id: scenario.id, rows })),
  );
}

async function run(scenario) {
  const skipped = scenario.unavailable?.() || undefined;
  if (skipped !== undefined) return { scenario, skipped };
  const startedAt = performance.now();
  const settings = { lineup: LINEUP, ...(isShort ? scenario.short : scenario.full) };
  const rounds = await race(scenario, { settings, controlUrl });
  const tookSeconds = Math.round((performance.now() - startedAt) / 1_000);
  return { scenario, settings, tookSeconds, rows: summarize(scenario, rounds, PEERS) };
}

/** JSON with one line per scenario. */
function linesOf({ scenarios: all, ...rest }) {
  const head = JSON.stringify(rest).slice(0, -1);
  return `${head},"scenarios":[\n${all.map((each) => JSON.stringify(each)).join(',\n')}\n]}\n`;
}

function write() {
  const all = { machine: machine(), isShort, verdicts, scenarios: results };
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL('latest.json', RESULTS), linesOf(all));
  writeFileSync(new URL('latest.md', RESULTS), reportOf(all));
}
