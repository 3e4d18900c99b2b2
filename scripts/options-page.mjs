// Makes docs/options.md from the doc comments of the option types, with `--write`. Without it, fails where that page is not up to date,
// and where docs/configuration.md leaves out an option of a provider.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const config = join(root, 'libs/client-credentials/src/config');
const page = join(root, 'docs/options.md');

/** The types in the order of the page: file, name, the path before their options, and a heading. */
const TYPES = [
  ['options.ts', 'ProviderConfig', '', 'A provider'],
  ['provider-options.ts', 'LifetimeOptions', 'lifetime.', '`lifetime`'],
  ['provider-options.ts', 'TokenRequestOptions', 'tokenRequest.', '`tokenRequest`'],
  ['provider-options.ts', 'ReacquireOptions', 'reacquire.', '`reacquire`'],
  ['options.ts', 'TenantCacheOptions', 'tenantCache.', '`tenantCache`'],
  ['dialect.ts', 'Dialect', 'dialect.', '`dialect`'],
  ['dialect.ts', 'ResponseDialect', 'dialect.response.', '`dialect.response`'],
  ['dialect.ts', 'AuthorizationDialect', 'dialect.authorization.', '`dialect.authorization`'],
  ['credentials.ts', 'PrivateKey', 'privateKey.', '`privateKey`'],
  ['credentials.ts', 'AssertionOptions', 'assertion.', '`assertion`'],
  ['credentials.ts', 'Certificate', 'certificate.', '`certificate`'],
  ['credentials.ts', 'DpopOptions', 'dpop.', '`dpop`'],
  ['grant.ts', 'JwtBearerGrant', 'grant.', '`grant`'],
  ['options.ts', 'ClientCredentialsOptions', '', 'All providers'],
  ['token-request.ts', 'TokenRequest', '', 'A single call'],
  ['token-request.ts', 'GetTokenOptions', '', '`getToken()`, beside those of a single call'],
];

/** The types whose options docs/configuration.md must name; there, the options of a dialect stand without `dialect.`. */
const IN_THE_GUIDE = new Set(TYPES.slice(0, 8).map(([, type]) => type));

const sections = TYPES.map(([file, type, path, heading]) => ({
  type,
  path,
  heading,
  options: optionsOf(file, type),
}));

const text = `# Every option

Each option with its default, made from the doc comments of the library by \`npm run docs:options\`. [Configuration](configuration.md) has the same in short, with examples;
[client authentication](client-authentication.md) says which credentials go together.

${sections.map(({ heading, path, options }) => `## ${heading}\n\n${listOf(path, options)}`).join('\n\n')}
`;

const made = await format(text, { ...(await resolveConfig(page)), filepath: page });
if (process.argv.includes('--write')) writeFileSync(page, made);

const problems = [];
if (!existsSync(page) || readFileSync(page, 'utf8') !== made)
  problems.push('docs/options.md is not what the doc comments say: run `npm run docs:options`.');
const guide = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
for (const { type, path, options } of sections.filter((section) => IN_THE_GUIDE.has(section.type)))
  for (const { name } of options) {
    const wanted = `${path.replace('dialect.', '')}${name}`;
    // An option that is itself a group is named by its members.
    if (guide.includes(`\`${wanted}\``) || guide.includes(`\`${wanted}.`)) continue;
    problems.push(`docs/configuration.md: \`${wanted}\` of ${type} is in no table`);
  }
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}

/** The options of an interface, each with its doc comment. */
function optionsOf(file, type) {
  const path = join(config, file);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const declaration = source.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === type,
  );
  if (declaration === undefined) throw new Error(`${file} has no interface ${type}. Correct TYPES.`);
  return declaration.members.filter(ts.isPropertySignature).map((member) => {
    const comment = ts.getJSDocCommentsAndTags(member).find(ts.isJSDoc);
    const tagged = (name) => comment?.tags?.find(({ tagName }) => tagName.text === name);
    return {
      name: member.name.getText(source),
      isRequired: member.questionToken === undefined,
      kind: member.type.getText(source).replaceAll(/\s+/g, ' ').replace(/^\| /, ''),
      about: plain(comment?.comment),
      byDefault: plain(tagged('defaultValue')?.comment),
      // The compiler takes the first word after `@see` for a name, and out of the comment.
      standard: plain(tagged('see')?.getText(source).replace(/^@see/, '').replaceAll(/^ *\*/gm, '')),
    };
  });
}

/** The text of a comment, with links as code; a list in it becomes sentences, since an option is an item of a list. */
function plain(comment) {
  return (ts.getTextOfJSDocComment(comment) ?? '')
    .replaceAll(/\{@link (?<name>[^}]+)\}/g, '`$<name>`')
    .replaceAll(/\n- /g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function listOf(path, options) {
  return options
    .map(({ name, isRequired, kind, about, byDefault, standard }) => {
      const parts = [
        `**\`${path}${name}\`**${isRequired ? ', required' : ''}: \`${kind}\`. ${about}`,
        byDefault && `_Default: ${byDefault}._`,
        standard && `See ${standard}.`,
      ];
      return `- ${parts.filter(Boolean).join(' ')}`;
    })
    .join('\n');
}
