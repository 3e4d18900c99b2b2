// Checks that every relative link of the documents leads to a file, and its anchor to a heading of that file.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const GUIDES = [
  'README.md',
  'CONTRIBUTING.md',
  'ARCHITECTURE.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'CODE_OF_CONDUCT.md',
];
/** Matches what is no text: blocks and spans of code, and comments. */
const CODE = /^ *(?<fence>`{3,})[^]*?^ *\k<fence> *$|(?<span>`+)[^`][^]*?\k<span>|<!--[^]*?-->/gm;
/** Matches the target of a link, of a reference, and of an image in HTML. */
const TARGET =
  /\]\(<?(?<link>[^)\s>]+)|^\[[^\]]+\]: *(?<reference>\S+)|\b(?:src|srcset|href)="(?<html>[^"]+)"/gm;
const HEADING = /^#{1,6} +(?<title>.+?) *$/gm;
const FENCE = /^ *(?<fence>`{3,})[^]*?^ *\k<fence> *$/gm;

const pages = readdirSync(join(root, 'docs'), { recursive: true })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name));
const guides = GUIDES.filter((name) => existsSync(join(root, name)));

const problems = [];
const reached = new Set();
for (const document of [...guides, ...pages]) {
  const text = readFileSync(join(root, document), 'utf8').replaceAll(CODE, (code) =>
    code.replaceAll(/[^\n]/g, ' '),
  );
  for (const { index, groups } of text.matchAll(TARGET)) {
    const target = groups.link ?? groups.reference ?? groups.html;
    if (/^[a-z][a-z\d+.-]*:/i.test(target)) continue;
    const line = text.slice(0, index).split('\n').length;
    const problem = problemOf(document, target);
    if (problem !== undefined) problems.push(`${document}:${line} ${target}: ${problem}`);
  }
}
for (const page of pages.filter((name) => !reached.has(join(root, name))))
  problems.push(`${page}: no document links to this page`);

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
} else {
  console.log(`The links of ${guides.length + pages.length} documents lead somewhere.`);
}

function problemOf(document, target) {
  const [path, anchor] = target.split('#');
  const file =
    path === '' ? join(root, document) : resolve(root, dirname(document), decodeURIComponent(path));
  if (relative(root, file).startsWith('..')) return 'it leads out of the repository';
  if (!existsSync(file)) return 'there is no such file';
  if (path !== '') reached.add(file);
  if (anchor === undefined) return undefined;
  if (statSync(file).isDirectory() || !file.endsWith('.md')) return 'only a heading can be an anchor';
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor) ? undefined : 'no heading has this anchor';
}

/** The anchors of a document, as code hosts make them: of headings with the same words, all but the first have a number. */
function anchorsOf(text) {
  const anchors = new Set();
  for (const { groups } of text.replaceAll(FENCE, '').matchAll(HEADING)) {
    const slug = groups.title
      .replaceAll(/\[(?<words>[^\]]*)\]\([^)]*\)/g, '$<words>')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
