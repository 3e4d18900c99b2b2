// Prints what the published package holds beside its own code, as a CycloneDX document: its dependencies.
// `npm sbom` lists every package of this repository, and calls the library after the folder.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { name, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const shipped = Object.keys(dependencies).map(
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
