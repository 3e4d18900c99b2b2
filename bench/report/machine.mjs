import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { createRequire } from 'node:module';

const BENCH = new URL('../package.json', import.meta.url);

/** What the figures were measured on and with. */
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

/** Read from where it is installed; some packages do not export their package.json. */
function versionOf(name) {
  for (const folder of createRequire(BENCH).resolve.paths(name)) {
    try {
      return JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version;
    } catch {
      // Then it is further up.
    }
  }
  return undefined;
}
