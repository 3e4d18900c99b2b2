// Fails if the packed file or an installation is larger than it may be. Neither depends on the machine.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MAX_PACKED_BYTES = 200_000;
// Beyond axios, which an application has anyway.
const MAX_INSTALLED_BYTES = 3_000_000;

const root = join(import.meta.dirname, '..');
const packing = packed();
const [{ size, unpackedSize }] = JSON.parse(packing);
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const installed = Object.keys(dependencies).reduce(
  (sum, name) => sum + sizeOf(join(root, 'node_modules', name)),
  unpackedSize,
);
const limits = [
  ['packed', size, MAX_PACKED_BYTES],
  ['installed', installed, MAX_INSTALLED_BYTES],
];
for (const [what, bytes, max] of limits) {
  const isTooMuch = bytes > max;
  console.log(
    `${what}: ${Math.round(bytes / 1000)} kB, at most ${max / 1000} kB${isTooMuch ? ': TOO MUCH' : ''}`,
  );
  if (isTooMuch) process.exitCode = 1;
}

/** What npm says of the file that it would publish: with the short manifest, and without building anew. */
function packed() {
  const manifest = (step) =>
    execFileSync(process.execPath, [join(root, 'scripts', 'packed-manifest.mjs'), step]);
  manifest('--strip');
  try {
    return execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
  } finally {
    manifest('--restore');
  }
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map((path) => statSync(join(folder, path)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}
