// Runs changesets, and keeps the versions of package.json and package-lock.json the same.
// Changesets takes a repository with workspaces for one of many packages, and does not find the package at its root:
// package.json has no `workspaces` while it runs.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = process.cwd();
const manifest = join(root, 'package.json');
const lock = join(root, 'package-lock.json');
const program = createRequire(import.meta.url).resolve('@changesets/cli/bin.js');

const whole = readFileSync(manifest, 'utf8');
const { workspaces: _workspaces, ...single } = JSON.parse(whole);
// A prompt that is left by Ctrl-C must not keep the file from being put back.
process.on('SIGINT', () => undefined);
writeFileSync(manifest, `${JSON.stringify(single, null, 2)}\n`);
try {
  const { status } = spawnSync(process.execPath, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  writeFileSync(manifest, withVersion(whole, single.version, version, 1));
  if (version !== single.version)
    writeFileSync(lock, withVersion(readFileSync(lock, 'utf8'), single.version, version, 2));
}

/** Replaces the first versions of a file, which are the package's own. */
function withVersion(text, from, to, times) {
  let result = text;
  for (let time = 0; time < times; time += 1)
    result = result.replace(`"version": "${from}"`, `"version": "${to}"`);
  return result;
}
