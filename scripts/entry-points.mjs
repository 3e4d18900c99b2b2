// Checks that package.json, the layer check and the API reports have the entry points of scripts/entry-points.cjs; with --write, writes
// package.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const require = createRequire(import.meta.url);
const { ENTRY_POINTS, packageExports, sourceOf, typesVersions } = require('./entry-points.cjs');
const root = join(import.meta.dirname, '..');
const file = join(root, 'package.json');
const manifest = JSON.parse(readFileSync(file, 'utf8'));
const wanted = { exports: packageExports(), typesVersions: typesVersions() };

if (process.argv.includes('--write')) {
  writeFileSync(file, `${JSON.stringify({ ...manifest, ...wanted }, null, 2)}\n`);
} else {
  const problems = Object.keys(wanted)
    .filter((field) => !isDeepStrictEqual(manifest[field], wanted[field]))
    .map(
      (field) => `package.json: ${field} is not what scripts/entry-points.cjs says: run npm run entry-points`,
    );
  const layers = new Set(require(join(root, '.dependency-cruiser.cjs')).forbidden.map(({ name }) => name));
  for (const entry of ENTRY_POINTS) {
    const name = entry === '.' ? 'index' : entry.slice(2);
    if (!existsSync(join(root, sourceOf(entry)))) problems.push(`${sourceOf(entry)}: is missing`);
    if (!existsSync(join(root, 'api', `${name}.api.md`)))
      problems.push(`api/${name}.api.md: is missing: run npm run api:update`);
    if (entry !== '.' && !layers.has(`${name}-imports-only-its-own`))
      problems.push(`.dependency-cruiser.cjs: has no layer "${name}"`);
  }
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
