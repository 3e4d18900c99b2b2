// Makes the two builds of the library from the modules in dist/modules: dist/esm and dist/cjs, each with one file for each entry point and
// one for each room, so that a class is the same one in all entry points.
//
// - lru-cache becomes part of the files, so that an installation stays small. jose stays a package: it signs and encrypts, and gets updates.
// - jose exists as an ES module only. Node requires it; jest's CommonJS and older or restricted Nodes refuse. For these dist/cjs has a copy
//   of what base/jose.ts names; the installed jose comes first.
// - Declarations stay as they are, one for each module; those that no entry point reaches are left out.
// - Files of both builds have equal names and are small: a package is compressed in windows of 32 kB, sorted by name.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { buildSync, transformSync } from 'esbuild';
import { rollup } from 'rollup';

const require = createRequire(import.meta.url);
const { ENTRY_POINTS } = require('./entry-points.cjs');
const root = join(import.meta.dirname, '..');
const modules = join(root, 'dist', 'modules');
const entries = ENTRY_POINTS.map((entry) => (entry === '.' ? 'index' : `${entry.slice(2)}/index`));
/** The command: an ES module with a top-level await, so that dist/cjs has none. */
const COMMAND = 'doctor/main';
const LRU_CACHE = join(root, 'node_modules', 'lru-cache');
const JOSE = join(modules, 'base', 'jose.js');
// Rooms in a room: each imports the folder above it, and not the other way round.
const ROOMS_WITHIN = ['http/axios', 'http/fetch'];
const TARGET = 'node20.19';
/** Names stay, for stack traces; blanks and comments go. */
const SMALL = {
  target: TARGET,
  platform: 'node',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
};

for (const kind of ['esm', 'cjs']) rmSync(join(root, 'dist', kind), { recursive: true, force: true });
const bundleOf = (names) =>
  rollup({
    input: Object.fromEntries(names.map((name) => [name, join(modules, `${name}.js`)])),
    // Packages are the application's own, or installed beside this one.
    external: (id) => /^[^./]/.test(id) && id !== 'lru-cache',
    plugins: [{ name: 'lru-cache', resolveId: (id) => (id === 'lru-cache' ? fileOf(LRU_CACHE) : null) }],
    treeshake: { moduleSideEffects: (id) => id === 'reflect-metadata' },
    onwarn: (warning) => {
      // The code that TypeScript adds for decorators.
      if (warning.code === 'THIS_IS_UNDEFINED') return;
      throw new Error(warning.message);
    },
  });
for (const kind of ['esm', 'cjs']) {
  const bundle = await bundleOf(kind === 'esm' ? [...entries, COMMAND] : entries);
  const { output } = await bundle.generate({
    format: kind,
    entryFileNames: '[name].js',
    chunkFileNames: 'rooms/[name].js',
    manualChunks: roomOf,
    // Exports keep the names that they have in the source.
    minifyInternalExports: false,
    generatedCode: { preset: 'es2015', symbols: false },
    hoistTransitiveImports: false,
    externalLiveBindings: false,
    interop: 'default',
    strict: true,
  });
  for (const { fileName, code, moduleIds, isEntry } of output) {
    // Node finds the exports of CommonJS by their text, which a line break would hide.
    const small = transformSync(code, isEntry ? SMALL : { ...SMALL, lineLimit: 160 }).code;
    const hasCache = moduleIds.some((id) => id.startsWith(LRU_CACHE));
    write(kind, fileName, hasCache ? `${licenseOf(LRU_CACHE)}\n${small}` : small);
    if (kind === 'cjs' && moduleIds.includes(JOSE)) addJoseCopy(fileName, small);
  }
  await bundle.close();
}
write('cjs', 'package.json', `${JSON.stringify({ type: 'commonjs', sideEffects: false }, null, 2)}\n`);
const declared = new Set();
for (const entry of entries) copyDeclarations(`${entry}.d.ts`);

/** One file for each room; jose by itself, since it is loaded when it is first needed. */
function roomOf(id) {
  if (id.startsWith(LRU_CACHE)) return 'lru-cache';
  if (id === JOSE) return 'jose';
  const path = relative(modules, id);
  if ([...entries, COMMAND].includes(path.replace(/\.js$/, ''))) return undefined;
  const within = ROOMS_WITHIN.find((room) => path.startsWith(`${room}/`));
  return (within ?? path.split('/')[0]).replace('/', '-');
}

/** Takes the installed jose if it can be required, else the copy. */
function addJoseCopy(fileName, code) {
  const [installed, copy] = [`jose-installed.js`, `jose-copy.js`];
  write('cjs', join(dirname(fileName), installed), code);
  const [bundled] = buildSync({
    ...SMALL,
    entryPoints: [JOSE],
    bundle: true,
    write: false,
    format: 'cjs',
  }).outputFiles;
  const license = licenseOf(join(root, 'node_modules', 'jose'));
  write('cjs', join(dirname(fileName), copy), `${license}\n${bundled.text}`);
  write(
    'cjs',
    fileName,
    `"use strict";
try {
  module.exports = require("./${installed}");
} catch (error) {
  // By name: a SyntaxError of another realm is no instance of this one's.
  if (error?.code !== "ERR_REQUIRE_ESM" && error?.name !== "SyntaxError") throw error;
  module.exports = require("./${copy}");
}
`,
  );
}

/** Copies a declaration and those that it names into both builds. */
function copyDeclarations(path) {
  if (declared.has(path)) return;
  declared.add(path);
  const text = readFileSync(join(modules, path), 'utf8');
  for (const kind of ['esm', 'cjs']) write(kind, path, text);
  for (const [, named] of text.matchAll(/(?:from|import)\s*\(?['"](\.[^'"]+)\.js['"]/g))
    copyDeclarations(join(dirname(path), `${named}.d.ts`));
}

/** The file that Node imports. */
function fileOf(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { node, default: any } = exports['.'].import;
  return join(folder, node?.default ?? any);
}

function licenseOf(folder) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const license = readFileSync(join(folder, 'LICENSE.md'), 'utf8').trim();
  return `/*\nA part of ${name} ${version}\n\n${license}\n*/`;
}

function write(kind, path, text) {
  const target = join(root, 'dist', kind, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}
