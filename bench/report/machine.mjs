import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { createRequire } from 'node:module';

const BENCH = new URL('../package.json', import.meta.url);

/** Machine and package versions of the measurement. */
export function machine() {
  return {
    date: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    packages: packages(),
  };
}

function packages() {
  const { devDependencies } = JSON.parse(readFileSync(BENCH, 'utf8'));
  const versions = Object.keys(devDependencies).map((name) => [name, versionOf(name)]);
  return Object.fromEntries(versions);
}

/** Version from the installed package.json, read by path because some packages do not export the file. */
function versionOf(name) {
  for (const folder of createRequire(BENCH).resolve.paths(name)) {
    try {
      return JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version;
    } catch {
      // Continues with the next folder up.
    }
  }
  return undefined;
}
