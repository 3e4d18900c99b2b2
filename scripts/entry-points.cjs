// The package's entry points: package.json, knip, typedoc, the layer check and the API reports are made from this list or checked
// against it. A new entry point gets its line here; then run `npm run entry-points`.
const ENTRY_POINTS = [
  '.',
  './core',
  './providers',
  './redis',
  './keyv',
  './postgres',
  './express',
  './opentelemetry',
  './terminus',
  './board',
  './undici',
  './testing',
];

/** The folder of an entry point below `src`, `dist/esm` and `dist/cjs`; the main entry has none. */
const folderOf = (entry) => (entry === '.' ? '' : `${entry.slice(2)}/`);

/** The source file of an entry point. */
const sourceOf = (entry) => `libs/client-credentials/src/${folderOf(entry)}index.ts`;

/** The `exports` of package.json. */
function packageExports() {
  const target = (kind, folder) => ({
    types: `./dist/${kind}/${folder}index.d.ts`,
    default: `./dist/${kind}/${folder}index.js`,
  });
  const exports = ENTRY_POINTS.map((entry) => [
    entry,
    { import: target('esm', folderOf(entry)), require: target('cjs', folderOf(entry)) },
  ]);
  return { ...Object.fromEntries(exports), './package.json': './package.json' };
}

/** The `typesVersions` of package.json, for TypeScript with `moduleResolution: node`, which reads no `exports`. */
function typesVersions() {
  const folders = ENTRY_POINTS.filter((entry) => entry !== '.').map((entry) => entry.slice(2));
  return { '*': Object.fromEntries(folders.map((name) => [name, [`./dist/cjs/${name}/index.d.ts`]])) };
}

module.exports = { ENTRY_POINTS, sourceOf, packageExports, typesVersions };
