// Runs every check that needs no test runner and no packed file, all of them whatever the others say. CI runs the same.
import { spawnSync } from 'node:child_process';

const CHECKS = [
  'format:check',
  'typecheck',
  'lint',
  'check:layers',
  'check:unused',
  'check:entry-points',
  'check:board-page',
  'check:docs',
  'build',
  'check:samples',
  'check:guides',
  'check:links',
  'check:faults',
  'check:providers',
  'check:api',
  'check:weight',
];

const failed = [];
for (const check of CHECKS) {
  const startedAt = performance.now();
  console.log(`\n== ${check}`);
  const { status } = spawnSync('npm', ['run', '--silent', check], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`== ${check}: ${status === 0 ? 'ok' : 'FAILED'}, ${seconds} s`);
  if (status !== 0) failed.push(check);
}
if (failed.length > 0) {
  console.error(`\nFailed checks: ${failed.join(', ')}`);
  process.exitCode = 1;
}
