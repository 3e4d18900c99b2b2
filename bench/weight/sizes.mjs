import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Bytes of a package's files, with those of all that it depends on, each counted once. */
export function installedBytes(folder, { without = [] } = {}) {
  return [...closureOf(folder, without)].reduce((sum, each) => sum + sizeOf(each), 0);
}

/** Bytes of a package as npm packs it. */
export function packedBytes(folder) {
  const packing = execFileSync('npm', ['pack', folder, '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const [{ size, unpackedSize }] = JSON.parse(packing);
  return { packed: size, unpacked: unpackedSize };
}

/** The folders of a package and of all that it depends on, where Node finds them. */
function closureOf(folder, without, found = new Set()) {
  if (found.has(folder)) return found;
  found.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    if (!without.includes(name)) closureOf(folderOf(name, folder), without, found);
  }
  return found;
}

/** The folder of a package, seen from another. */
export function folderOf(name, from) {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(at) === at) throw new Error(`${name} is not installed.`);
  }
}

function sizeOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .map((entry) => join(folder, entry.name))
    .reduce((sum, path) => sum + (statSync(path).isDirectory() ? sizeOf(path) : statSync(path).size), 0);
}
