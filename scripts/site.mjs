// Builds the documentation's site into dist/site: the pages by VitePress, which fails on a dead link, and the API's reference by typedoc.
// Then follows every link of the built pages to its file and anchor. `--without-api` leaves the reference out, as `npm run check:site` does.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { Application } from 'typedoc';
import { build } from 'vitepress';

const root = join(import.meta.dirname, '..');
const site = join(root, 'dist/site');
const base = process.env['DOCS_BASE'] ?? '/';
const withApi = !process.argv.includes('--without-api');

/** Matches the address that a link, an image or a script of a page has. */
const ADDRESS = /<[a-z][^>]*?\s(?:href|src|srcset)="(?<address>[^"]+)"/g;
const ID = /\sid="(?<id>[^"]+)"/g;

rmSync(site, { recursive: true, force: true });
await build(join(root, 'docs'));
if (withApi) await buildReference(join(site, 'api'));

const pages = new Map();
for (const name of readdirSync(site, { recursive: true })) {
  if (!name.endsWith('.html') || name.startsWith('api')) continue;
  pages.set(name.replaceAll('\\', '/'), readFileSync(join(site, name), 'utf8'));
}
const problems = [...pages].flatMap(([page, text]) =>
  [...text.matchAll(ADDRESS)]
    .map(({ groups }) => groups.address.replaceAll('&amp;', '&'))
    .filter((address) => !isFound(page, address))
    .map((address) => `${page}: ${address} leads nowhere`),
);
if (problems.length > 0) {
  console.error([...new Set(problems)].join('\n'));
  process.exitCode = 1;
} else {
  console.log(`${pages.size} pages are in dist/site, and their links lead somewhere.`);
}

async function buildReference(out) {
  const reference = await Application.bootstrapWithPlugins({
    options: join(root, 'typedoc.config.mjs'),
    out,
  });
  const project = await reference.convert();
  if (project === undefined) throw new Error('typedoc could not read the sources. See its messages above.');
  await reference.generateDocs(project, out);
  if (reference.logger.hasErrors()) throw new Error('typedoc has written errors. See its messages above.');
}

function isFound(page, address) {
  if (/^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(address)) return true;
  const [path, anchor] = decodeURIComponent(address).split('#');
  if (path.startsWith('/') && !path.startsWith(base)) return false;
  const joined = path.startsWith('/') ? path.slice(base.length) : posix.join(posix.dirname(page), path);
  const file = path === '' ? page : /(?:^|\/)$/.test(joined) ? `${joined}index.html` : joined;
  if (!withApi && file.startsWith('api/')) return true;
  if (!existsSync(join(site, file)) || !statSync(join(site, file)).isFile()) return false;
  return anchor === undefined || !pages.has(file) || idsOf(pages.get(file)).has(anchor);
}

function idsOf(text) {
  return new Set([...text.matchAll(ID)].map(({ groups }) => groups.id));
}
