// Makes the two builds of the library from the modules in dist/modules: dist/esm and dist/cjs, each with one file for each entry point, some
// for what `/core` loads and one for each other room, so that a class is the same one in all entry points.
//
// - jose stays a package: it signs and encrypts, and gets updates.
// - jose exists as an ES module only. Node requires it; jest's CommonJS and older or restricted Nodes refuse. For these dist/cjs has a copy
//   of what base/jose.ts names; the installed jose comes first.
// - Declarations, too, have one file for each room; those that no entry point reaches are left out.
// - A package is sorted by name and compressed in windows of 32 kB. A file of one build has the name and the code of the other build's, and is
//   small, so that it costs next to nothing. What is larger has several files, each of which imports only those before it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { minifySync } from '@swc/core';
import { buildSync, transformSync } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { commonJsOf, importOf, partsOf } from './module-kinds.mjs';

const require = createRequire(import.meta.url);
const { ENTRY_POINTS } = require('./entry-points.cjs');
const root = join(import.meta.dirname, '..');
const modules = join(root, 'dist', 'modules');
const entries = ENTRY_POINTS.map((entry) => (entry === '.' ? 'index' : `${entry.slice(2)}/index`));
/** The command: an ES module with a top-level await, so that dist/cjs has none. */
const COMMAND = 'doctor/main';
const JOSE = join(modules, 'base', 'jose.js');
const THROUGH_AXIOS = join(modules, 'oauth', 'connection', 'through-axios.js');
// Rooms in a room: each imports the folder above it, and not the other way round.
const ROOMS_WITHIN = ['http/authorize-axios', 'http/axios', 'http/fetch'];
/** What `/core` loads is in as few files as may be, whatever their rooms: Node takes more than a millisecond for each. */
const CORE = join(modules, 'core', 'index.js');
const LARGEST_FILE = 30_000;
/**
 * Blanks and comments go.
 * Only the end of a line breaks it, since Node finds the exports of CommonJS by their text.
 */
const SMALL = {
  target: 'node20.19',
  platform: 'node',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
};

for (const kind of ['esm', 'cjs']) rmSync(join(root, 'dist', kind), { recursive: true, force: true });
let fileOfModule = new Map();
const bundle = await rollup({
  input: Object.fromEntries([...entries, COMMAND].map((name) => [name, join(modules, `${name}.js`)])),
  // Packages are the application's own, or installed beside this one.
  external: isPackage,
  plugins: [
    {
      name: 'files',
      buildEnd() {
        fileOfModule = filesOf(this);
      },
    },
  ],
  treeshake: { moduleSideEffects: (id) => id === 'reflect-metadata' },
  onwarn: (warning) => {
    // The code that TypeScript adds for decorators.
    if (warning.code === 'THIS_IS_UNDEFINED') return;
    throw new Error(warning.message);
  },
});
const { output } = await bundle.generate({
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'rooms/[name].js',
  manualChunks: (id) => fileOfModule.get(id),
  // Exports keep the names that they have in the source.
  minifyInternalExports: false,
  generatedCode: 'es2015',
  hoistTransitiveImports: false,
});
await bundle.close();
for (const { fileName, code, moduleIds } of output) {
  const { start, imports, body, exports } = partsOf(code);
  const options = { ...SMALL, lineLimit: 160, minifyIdentifiers: true };
  if (/(^|\/)doctor[-/.]/.test(fileName)) {
    // The command shows no stack traces, and exists as an ES module only.
    const whole = [...imports, body, '\n', ...exports].join('');
    write('esm', fileName, start + transformSync(whole, { ...options, format: 'esm' }).code);
    continue;
  }
  const small = withShortLocals(transformSync(withOneName(body), SMALL).code);
  write('esm', fileName, start + imports.map(importOf).join('') + small + exports.join(''));
  const commonJs = commonJsOf({ imports, body: small, exports });
  write('cjs', fileName, commonJs);
  if (moduleIds.includes(JOSE)) addJoseCopy(fileName, commonJs);
}
// For Node, which otherwise looks for the next package.json at each import; for bundlers, that nothing need be kept that is not used.
write('esm', 'rooms/package.json', `${JSON.stringify({ type: 'module', sideEffects: false }, null, 2)}\n`);
write('cjs', 'package.json', `${JSON.stringify({ type: 'commonjs', sideEffects: false }, null, 2)}\n`);
await writeDeclarations();

/** TypeScript gives a class with decorators that names itself a second name, which would be the one that it shows. */
function withOneName(code) {
  const second = [...code.matchAll(/^let ([\w$]+) = (\1_1) = class \1\b/gm)];
  return second.reduce(
    (text, [assignment, name, other]) =>
      text
        .replace(assignment, `class ${name}`)
        .replace(`var ${other};\n`, '')
        .replaceAll(new RegExp(`\\b${other}\\b`, 'g'), name),
    code,
  );
}

/** swc assigns some classes to a variable of the same name; esbuild would give such a class another name. */
function declared(code) {
  return code.replaceAll(/\blet ([\w$]+)=class \1\b/g, 'class $1');
}

/** Code with names of local variables that compress well. Names that stack traces show stay: those of functions, methods and classes. */
function withShortLocals(code, { module = false } = {}) {
  const mangle = { toplevel: false, keepClassNames: true, keepFnNames: true };
  const mangled = minifySync(code, { ecma: 2022, module, compress: false, mangle }).code;
  return transformSync(declared(mangled), { ...SMALL, lineLimit: 1000 }).code;
}

function isPackage(id) {
  return !id.startsWith('.') && !isAbsolute(id);
}

/** Distributes the modules to files: room by room, each module after those that it imports. */
function filesOf(graph) {
  const order = new Set();
  const visit = (id) => {
    if (order.has(id)) return;
    for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) visit(imported);
    order.add(id);
  };
  visit(CORE);
  const core = new Set(order);
  for (const id of graph.getModuleIds()) visit(id);
  const places = new Map();
  const filled = new Map();
  for (const id of order) {
    const { isExternal, code, importedIds } = graph.getModuleInfo(id);
    const ownRoom = isExternal ? undefined : roomOf(id);
    if (ownRoom === undefined) continue;
    const room = core.has(id) ? 'core' : ownRoom;
    const size = withShortLocals(transformSync(code, SMALL).code, { module: true }).length;
    const hasSpace = (file) => !filled.has(file) || filled.get(file) + size <= LARGEST_FILE;
    // The first file with space that is none before those of what the module imports.
    const imported = importedIds.map((each) => places.get(each)).filter((place) => place?.room === room);
    let number = Math.max(1, ...imported.map((place) => place.number));
    while (!hasSpace(`${room} ${number}`)) number += 1;
    filled.set(`${room} ${number}`, (filled.get(`${room} ${number}`) ?? 0) + size);
    places.set(id, { room, number });
  }
  const nameOf = ({ room, number }) => (number === 1 ? room : `${room}-${number}`);
  return new Map([...places].map(([id, place]) => [id, nameOf(place)]));
}

/** The room of a module; what needs jose or axios by itself, since it is loaded when it is first needed. */
function roomOf(id) {
  if (id === JOSE) return 'jose';
  if (id === THROUGH_AXIOS) return 'oauth-axios';
  const path = pathOf(id);
  if ([...entries, COMMAND].includes(path.replace(/\.js$/, ''))) return undefined;
  const within = ROOMS_WITHIN.find((room) => path.startsWith(`${room}/`));
  return (within ?? path.split('/')[0]).replace('/', '-');
}

/** The path of a module below dist/modules, with the same separator on every system. */
function pathOf(id) {
  return relative(modules, id).split(sep).join('/');
}

/** Takes the installed jose if it can be required, else the copy. */
function addJoseCopy(fileName, code) {
  const [installed, copy] = [`jose-installed.js`, `jose-copy.js`];
  write('cjs', join(dirname(fileName), installed), code);
  const options = { ...SMALL, minifyIdentifiers: true, bundle: true, write: false, format: 'cjs' };
  const [bundled] = buildSync({ ...options, entryPoints: [JOSE] }).outputFiles;
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

/** Writes the declarations that entry points reach. */
async function writeDeclarations() {
  const declarations = await rollup({
    input: Object.fromEntries(entries.map((entry) => [entry, join(modules, `${entry}.d.ts`)])),
    external: isPackage,
    plugins: [dts()],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  const { output: files } = await declarations.generate({
    format: 'esm',
    entryFileNames: '[name].d.ts',
    chunkFileNames: 'rooms/[name].d.ts',
    manualChunks: (id) => {
      const path = pathOf(id);
      return entries.includes(path.replace(/\.d\.ts$/, '')) ? undefined : path.split('/')[0];
    },
    minifyInternalExports: false,
    hoistTransitiveImports: false,
  });
  await declarations.close();
  for (const { fileName, code } of files) for (const kind of ['esm', 'cjs']) write(kind, fileName, code);
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
