// Runs every check that needs no test runner and no packed file, all of them whatever the others say, two at a time. CI runs the same.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The longest come first. */
const CHECKS = [
  'build',
  'typecheck',
  'format:check',
  'check:site',
  'lint',
  'check:docs',
  'check:layers',
  'check:unused',
  'check:providers',
  'check:options',
  'check:entry-points',
  'check:board-page',
  'check:guides',
  'check:links',
  'check:faults',
];
/** Those that read what `build` has made. */
const AFTER_BUILD = ['check:api', 'check:samples'];
/** It puts a shorter package.json into its place for a moment, so that it runs alone. */
const LAST = ['check:weight'];
const LANES = 2;

const failed = [];
await inLanes(CHECKS);
await inLanes(AFTER_BUILD);
await inLanes(LAST);
if (failed.length > 0) {
  console.error(`\nFailed checks: ${failed.join(', ')}`);
  process.exitCode = 1;
}

async function inLanes(checks) {
  const waiting = [...checks];
  const lane = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) await run(check);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Runs a check; what it writes is shown when it has ended. */
async function run(check) {
  const startedAt = performance.now();
  const child = spawn('npm', ['run', '--silent', check], {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
  const [status] = await once(child, 'close');
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    `\n== ${check}\n${Buffer.concat(chunks)}== ${check}: ${status === 0 ? 'ok' : 'FAILED'}, ${seconds} s`,
  );
  if (status !== 0) failed.push(check);
}
