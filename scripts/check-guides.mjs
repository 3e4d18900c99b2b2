// Checks ARCHITECTURE.md, CONTRIBUTING.md and SECURITY.md against the repository: the files that they name exist, a file has the functions
// named after it, and a spec has the test names quoted after it. No file of the library has a word that the glossary rules out.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const SOURCE = 'libs/client-credentials/src';
const FILE =
  /`(?<file>[\w.-]+(?:\/[\w.-]+)*\.(?:ts|mjs|cjs|js|json|md))`(?<named>(?:: (?:`[#\w.]+`|"[^"]+")(?:(?: →|,) (?:`[#\w.]+`|"[^"]+")(?!:))*)?)/g;
const NAME = /`#?(?<code>[\w.]+)`|"(?<test>[^"]+)"/g;
const RULED_OUT = /^\|.*\|.*\|(?<words>[^|]*)\|$/gm;

const problems = [];
for (const guide of ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md'].filter((name) =>
  existsSync(join(root, name)),
)) {
  const text = readFileSync(join(root, guide), 'utf8');
  for (const { groups } of text.matchAll(FILE)) {
    const path = [groups.file, `${SOURCE}/${groups.file}`].find((each) => existsSync(join(root, each)));
    if (path === undefined) {
      problems.push(`${guide}: ${groups.file} does not exist`);
      continue;
    }
    const content = readFileSync(join(root, path), 'utf8');
    for (const { groups: name } of groups.named.matchAll(NAME)) {
      const wanted = name.code ?? name.test;
      if (!content.includes(wanted)) problems.push(`${guide}: ${path} has no "${wanted}"`);
    }
  }
}

const glossary = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').split('## Glossary')[1] ?? '';
const words = [...glossary.matchAll(RULED_OUT)].flatMap(({ groups }) =>
  [...groups.words.matchAll(/`(?<word>[^`]+)`/g)].map((match) => match.groups.word),
);
if (words.length === 0) problems.push('ARCHITECTURE.md: the glossary rules out no word');
for (const name of readdirSync(join(root, SOURCE), { recursive: true })) {
  if (!name.endsWith('.ts')) continue;
  const file = join(SOURCE, name);
  const content = readFileSync(join(root, file), 'utf8').toLowerCase();
  for (const word of words.filter((each) => content.includes(each)))
    problems.push(`${file}: "${word}" is ruled out by the glossary of ARCHITECTURE.md`);
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}
