// Prints what the published package holds, as a CycloneDX document: its dependencies, and the packages whose code is in its files.
// `npm sbom` lists every package of this repository, and calls the library after the folder.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Package that scripts/bundle.mjs puts into the files. */
const BUNDLED = 'lru-cache';

const root = join(import.meta.dirname, '..');
const { name, dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
if (devDependencies[BUNDLED] === undefined) throw new Error(`package.json has no ${BUNDLED} to bundle.`);
const shipped = [...Object.keys(dependencies), BUNDLED].map(
  (each) => `${each}@${packages[`node_modules/${each}`].version}`,
);

const whole = JSON.parse(
  execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
  }),
);
const library = { ...whole.metadata.component, name };
const components = whole.components.filter((component) => shipped.includes(component['bom-ref']));
// A development dependency of the repository is none of the package.
for (const component of components) component.properties = [];

console.log(
  JSON.stringify(
    {
      ...whole,
      metadata: { ...whole.metadata, component: library },
      components,
      dependencies: [
        { ref: library['bom-ref'], dependsOn: shipped },
        ...shipped.map((ref) => ({ ref, dependsOn: [] })),
      ],
    },
    null,
    2,
  ),
);
