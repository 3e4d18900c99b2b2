// Makes board/page/content.ts of the readable files beside it: one page, one style, one script. Checks that it is up to date; with --write,
// writes it. The package needs no files at run time, and no build step in an application.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync, transformSync } from 'esbuild';

const folder = join(import.meta.dirname, '..', 'libs', 'client-credentials', 'src', 'board', 'page');
const target = join(folder, 'content.ts');
const MAX_BYTES = 60_000;

const read = (name) => readFileSync(join(folder, name), 'utf8');
const withoutIndents = (text) => text.replaceAll(/^\s+/gm, '');

const page = withoutIndents(read('board.html'));
const rules = ['board.css', 'lanes.css', 'lists.css'].map(read).join('');
const { code: style } = transformSync(rules, { loader: 'css', minify: true, lineLimit: 120 });
const [{ text: script }] = buildSync({
  entryPoints: [join(folder, 'main.js')],
  bundle: true,
  minify: true,
  lineLimit: 120,
  write: false,
  format: 'iife',
  target: 'es2023',
  legalComments: 'none',
}).outputFiles;

const constant = (name, what, text) => {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${JSON.stringify(line)},`);
  return `/** ${what} */\nexport const ${name}: string = [\n${lines.join('\n')}\n].join('\\n');\n`;
};
const content = [
  '// Made by scripts/board-page.mjs of the files beside this one: run npm run board-page after a change there.\n',
  constant('PAGE', 'The page; `{{files}}` is where its files are.', page),
  constant('STYLE', 'The style.', style),
  constant('SCRIPT', 'The script.', script),
].join('\n');

const bytes = [page, style, script].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
if (bytes >= MAX_BYTES) {
  console.error(`The board has ${bytes} bytes, and may have less than ${MAX_BYTES}.`);
  process.exitCode = 1;
}
if (process.argv.includes('--write')) {
  writeFileSync(target, content);
  console.log(`The board has ${bytes} bytes.`);
} else if (readFileSync(target, 'utf8') !== content) {
  console.error('board/page/content.ts is not what the files beside it say: run npm run board-page');
  process.exitCode = 1;
}
