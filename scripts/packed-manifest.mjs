// Takes out of package.json, while the package is packed, what only this repository uses: scripts, workspaces, development dependencies.
// `prepack` runs it with --strip, `postpack` with --restore; the whole file is kept below dist/ meanwhile, which no package holds.
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const manifest = join(root, 'package.json');
const kept = join(root, 'dist', 'package.whole.json');
const OF_THE_REPOSITORY = ['scripts', 'workspaces', 'devDependencies', 'overrides', 'allowScripts'];

function restore() {
  if (!existsSync(kept)) return;
  copyFileSync(kept, manifest);
  rmSync(kept);
}

// A packing that failed in the middle may have left the short one.
restore();
if (process.argv.includes('--strip')) {
  copyFileSync(manifest, kept);
  const packed = JSON.parse(readFileSync(manifest, 'utf8'));
  for (const field of OF_THE_REPOSITORY) delete packed[field];
  writeFileSync(manifest, `${JSON.stringify(packed, null, 2)}\n`);
}
