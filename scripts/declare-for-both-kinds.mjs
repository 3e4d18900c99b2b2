// Declares the library's additions to axios's types for both module kinds.
// Axios has separate types for ES modules and CommonJS, and an application may use one directly and the other through
// @nestjs/axios. Each build of the library extends the types of its own kind only; this script adds the other kind.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', 'dist');
const SOURCE = 'http.d.ts';
const BUILDS = [
  { build: 'esm', other: 'cjs', file: 'axios-config.d.cts' },
  { build: 'cjs', other: 'esm', file: 'axios-config.d.mts' },
];

for (const { build, other, file } of BUILDS) {
  const folder = join(root, build, 'rooms');
  const text = readFileSync(join(folder, SOURCE), 'utf8');
  const [augmentation] = /^declare module 'axios' \{.*?^\}/ms.exec(text) ?? [];
  if (augmentation === undefined) throw new Error(`${SOURCE} adds nothing to the types of axios.`);
  const types = `import type { TokenRequest } from '../../${other}/rooms/config.js';`;
  writeFileSync(join(folder, file), `${types}\n${augmentation}\n`);
  writeFileSync(join(folder, SOURCE), `/// <reference path="./${file}" />\n${text}`);
}
