// Type-checks the TypeScript samples of README.md and docs/ against the built package, without changing the samples.
// A sample whose first line names its file, as "// src/main.ts", is that module of its document; it may import the others.
// Other samples under one heading form one module, which may import the named ones. Further names are declared in samples-prelude.ts and samples-modules.d.ts.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** Matches a heading, a TypeScript sample, or another code block, whose lines may look like headings. */
const PART = /^#{1,6} |^ *```(?:ts\n(?<sample>[^]*?)|[^]*?)^ *```$/dgm;

/** Matches the name of a sample's file. */
const NAMED = /^\/\/ (?<name>[\w./-]+\.ts)\n/;

/** Options of `tsc --init` for Node, with Nest's decorators. */
const options = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ESNext,
  lib: ['lib.esnext.d.ts'],
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  noUncheckedSideEffectImports: true,
  moduleDetection: ts.ModuleDetectionKind.Force,
  skipLibCheck: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  noEmit: true,
};

const root = join(import.meta.dirname, '..');
const { exports: entryPoints } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
for (const target of Object.values(entryPoints)) {
  const types = target.import?.types;
  if (types !== undefined && !existsSync(join(root, types)))
    throw new Error(`${types} is missing. Run \`npm run build:lib\` first.`);
}

const documents = readdirSync(join(root, 'docs'), { recursive: true })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name));

/** One module per heading or named file. Its path is inside the package, so that the package's name resolves to its own exports. */
const modules = new Map();
let count = 0;
for (const document of ['README.md', ...documents]) {
  const text = readFileSync(join(root, document), 'utf8');
  let path;
  for (const { index, indices } of text.matchAll(PART)) {
    const sample = indices.groups.sample;
    if (text[index] === '#') path = join(root, `${document}.files`, `${index}.ts`);
    if (sample === undefined) continue;
    count += 1;
    const source = text.slice(...sample);
    const file = NAMED.exec(source)?.groups.name;
    // The compiler asks for paths with slashes, also on Windows.
    const target = (file === undefined ? path : join(root, `${document}.files`, file)).replaceAll('\\', '/');
    if (file !== undefined && modules.has(target)) throw new Error(`${document} has two samples of ${file}.`);
    // Text between samples becomes blanks, so that positions match the document.
    const before = modules.get(target)?.source ?? '';
    const between = text.slice(before.length, sample[0]).replaceAll(/[^\n]/g, ' ');
    modules.set(target, { document, source: before + between + source });
  }
}

const folders = new Set([...modules.keys()].map((path) => dirname(path)));
const host = ts.createCompilerHost(options);
const { directoryExists, fileExists, readFile } = host;
host.directoryExists = (path) => folders.has(path) || directoryExists(path);
host.fileExists = (path) => modules.has(path) || fileExists(path);
host.readFile = (path) => modules.get(path)?.source ?? readFile(path);

const program = ts.createProgram(
  [join(root, 'scripts/samples-prelude.ts'), join(root, 'scripts/samples-modules.d.ts'), ...modules.keys()],
  options,
  host,
);
const problems = ts.getPreEmitDiagnostics(program).map(({ file, start, code, messageText }) => {
  const message = `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  if (file === undefined) return message;
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const document = modules.get(file.fileName)?.document ?? relative(root, file.fileName);
  return `${document}:${line + 1}:${character + 1} ${message}`;
});

if (problems.length > 0) {
  console.error(problems.sort(new Intl.Collator('en', { numeric: true }).compare).join('\n'));
  console.error('A sample imports everything except the names declared in scripts/samples-prelude.ts.');
  process.exitCode = 1;
} else {
  console.log(`${count} samples compile.`);
}
