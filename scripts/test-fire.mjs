// Runs the fleet under fire for SECONDS, by default 30. `npm test` runs it for a few seconds.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(
  'npm',
  ['run', '--silent', 'jest', '--', '--selectProjects', 'e2e', '--', 'test/fire'],
  {
    env: { SECONDS: '30', ...process.env },
    stdio: 'inherit',
    shell: process.platform === 'win32',
  },
);
process.exitCode = status ?? 1;
