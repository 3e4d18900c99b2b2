// Writes the section "What is sent" of every page of docs/providers/, and the table of their README, from test/providers/, whose every
// request and answer test/provider-catalogue.e2e-spec.ts tests. The rest of a page is written by hand, and stays.
// Without --write it fails where a page is missing or not up to date.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';
import { caseText, grantOf, methodOf } from './provider-pages/case-text.mjs';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs', 'providers');
const isWriting = process.argv.includes('--write');
const MADE = /(?<=<!-- made by `npm run docs:providers` -->\n)[^]*?(?=<!-- end of what is made -->)/;

const { CATALOGUE, presetOf, SECRET } = await catalogue();
const problems = [];
const rows = [];
for (const preset of new Set(CATALOGUE.map(presetOf))) {
  const cases = CATALOGUE.filter((each) => presetOf(each) === preset);
  const name = `${preset.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.md`;
  const page = await update(name, `\n${sectionOf(preset, cases)}\n`);
  const { title = '', special = '' } = /^# (?<title>.+)\n\n(?<special>.+)\n/.exec(page ?? '')?.groups ?? {};
  const grants = new Set(cases.map(grantOf));
  const methods = new Set(cases.map(methodOf));
  rows.push([
    `[${title}](${name})`,
    `\`${preset}\``,
    [...grants].join(', '),
    [...methods].join(', '),
    special,
  ]);
}
rows.sort(([one], [other]) => one.localeCompare(other, 'en', { sensitivity: 'base' }));
const head = ['provider', 'preset', 'grant', 'client authentication', 'special'];
const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
await update('README.md', `\n${table.join('\n')}\n\n`);

const expected = new Set(rows.map(([link]) => /\((?<name>.+)\)/.exec(link).groups.name));
for (const name of readdirSync(folder))
  if (name !== 'README.md' && !expected.has(name))
    problems.push(`docs/providers/${name} is the page of no preset.`);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}

/** The page with the made part up to date; written, or else compared. */
async function update(name, made) {
  const file = join(folder, name);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (!MADE.test(text)) {
    problems.push(`docs/providers/${name} is missing, or has no place for what is made.`);
    return undefined;
  }
  const options = { ...(await resolveConfig(file)), filepath: file };
  const page = await format(
    text.replace(MADE, () => made),
    options,
  );
  if (isWriting) writeFileSync(file, page);
  else if (page !== text)
    problems.push(`docs/providers/${name} is not what test/providers/ says: run \`npm run docs:providers\`.`);
  return page;
}

function sectionOf(preset, cases) {
  return cases
    .map((each) => {
      const heading = each.title.slice(preset.length).replace(/^\W+/, '');
      const text = caseText(each, SECRET);
      return cases.length === 1
        ? text
        : `### ${heading.charAt(0).toUpperCase()}${heading.slice(1)}\n\n${text}`;
    })
    .join('\n');
}

/** The cases of the tests, compiled in memory. Presets and keys are left out: a page needs neither. */
async function catalogue() {
  const leftOut = {
    name: 'left-out',
    setup(bundle) {
      const namespace = 'left-out';
      bundle.onResolve({ filter: /^nestjs-client-credentials\/|\/keys\.js$/ }, ({ path }) => ({
        path,
        namespace,
      }));
      bundle.onLoad({ filter: /.*/, namespace }, () => ({ contents: 'module.exports = {};' }));
    },
  };
  const { outputFiles } = await build({
    stdin: {
      contents: "export * from './catalogue.js'; export { SECRET } from './provider-case.js';",
      resolveDir: join(root, 'test', 'providers'),
    },
    plugins: [leftOut],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
