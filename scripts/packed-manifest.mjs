// Takes out of package.json, while the package is packed, what only this repository uses: scripts, workspaces, development dependencies.
// Makes the relative links of README.md absolute, because a registry's page has no files beside it.
// `prepack` runs it with --strip, `postpack` with --restore; the whole files are kept below dist/ meanwhile, which no package holds.
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const manifest = join(root, 'package.json');
const readme = join(root, 'README.md');
const kept = join(root, 'dist', 'package.whole.json');
const keptReadme = join(root, 'dist', 'README.whole.md');
/** Matches the target of a relative link, and of an image. */
const LINK = /(?<=\]\()(?!https?:|#)[^)]+/g;
const IMAGE = /(?<=\b(?:src|srcset)=")(?!https?:)[^"]+/g;
const OF_THE_REPOSITORY = ['scripts', 'workspaces', 'devDependencies', 'overrides', 'allowScripts'];

function restore() {
  for (const [whole, file] of [
    [kept, manifest],
    [keptReadme, readme],
  ]) {
    if (!existsSync(whole)) continue;
    copyFileSync(whole, file);
    rmSync(whole);
  }
}

// A packing that failed in the middle may have left the short one.
restore();
if (process.argv.includes('--strip')) {
  copyFileSync(manifest, kept);
  const packed = JSON.parse(readFileSync(manifest, 'utf8'));
  copyFileSync(readme, keptReadme);
  const [repository] = packed.homepage.split('#');
  const text = readFileSync(readme, 'utf8');
  writeFileSync(
    readme,
    text
      .replaceAll(LINK, (path) => `${repository}/blob/HEAD/${path}`)
      .replaceAll(IMAGE, (path) => `${repository}/raw/HEAD/${path}`),
  );
  for (const field of OF_THE_REPOSITORY) delete packed[field];
  writeFileSync(manifest, `${JSON.stringify(packed, null, 2)}\n`);
}
