// Writes the address of the repository wherever the present one stands: `npm run set-repository https://host/owner/name`.
// The first address is a placeholder. package.json says which one is in force.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const given = process.argv[2] ?? '';
const next = /^(?<owned>https:\/\/[\w.:-]+\/(?<owner>[\w.-]+(?:\/[\w.-]+)*))\/[\w.-]+$/.exec(
  given.replace(/^git\+/, '').replace(/(?:\.git|\/)$/, ''),
);
if (next === null) {
  console.error(`Not the address of a repository: "${given}". Use https://host/owner/name.`);
  process.exit(1);
}

const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [present] = homepage.split('#');
const [presentOwned, address] = [present.slice(0, present.lastIndexOf('/')), next[0]];
const presentOwner = new URL(presentOwned).pathname.slice(1);

const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
for (const file of files.filter((name) => name !== '' && existsSync(join(root, name)))) {
  const before = readFileSync(join(root, file), 'latin1');
  let after = before.replaceAll(present, address);
  if (file === 'package.json')
    after = after.replace(
      authorOf(presentOwner, presentOwned),
      authorOf(next.groups.owner, next.groups.owned),
    );
  if (file === '.github/CODEOWNERS') after = after.replaceAll(`@${presentOwner}`, `@${next.groups.owner}`);
  if (after === before) continue;
  writeFileSync(join(root, file), after, 'latin1');
  console.log(file);
}

/** The author as package.json has it. */
function authorOf(owner, url) {
  return `"author": "${owner} (${url})"`;
}
