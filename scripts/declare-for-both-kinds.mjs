// Axios has types of its own for ES modules and for CommonJS, and an application may use one kind by itself and the other through
// @nestjs/axios. What the library adds to them is declared in its own code once, for the kind that a build is of; this declares it for the
// other kind as well.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', 'dist');
const SOURCE = 'authorize-axios.d.ts';
const BUILDS = [
  { build: 'esm', other: 'cjs', file: 'axios-config.d.cts' },
  { build: 'cjs', other: 'esm', file: 'axios-config.d.mts' },
];

for (const { build, other, file } of BUILDS) {
  const folder = join(root, build, 'http', 'axios');
  const text = readFileSync(join(folder, SOURCE), 'utf8');
  const [augmentation] = /^declare module 'axios' \{.*?^\}/ms.exec(text) ?? [];
  if (augmentation === undefined) throw new Error(`${SOURCE} adds nothing to the types of axios.`);
  const types = `import type { TokenRequest } from '../../../${other}/config/token-request.js';`;
  writeFileSync(join(folder, file), `${types}\n${augmentation}\n`);
  writeFileSync(join(folder, SOURCE), `/// <reference path="./${file}" />\n${text}`);
}
