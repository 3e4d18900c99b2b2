// Which documents of the repository are pages of the site, and at which address each of them is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

const GUIDES = ['ARCHITECTURE.md', 'CHANGELOG.md', 'CODE_OF_CONDUCT.md', 'CONTRIBUTING.md', 'SECURITY.md'];

/** Whether a file of the repository is a page: README.md, a guide beside it, or a document of docs/. */
export function isPage(path) {
  return path === 'README.md' || GUIDES.includes(path) || /^docs\/.*\.md$/.test(path);
}

/** The file of the site that a document becomes, such as `nest.md` of `docs/nest.md`. */
export function pageOf(document) {
  if (document === 'README.md') return 'index.md';
  if (document === 'docs/README.md') return 'pages.md';
  if (GUIDES.includes(document)) return document.toLowerCase().replaceAll('_', '-');
  return document.replace(/^docs\//, '').replace(/(?:^|(?<=\/))README\.md$/, 'index.md');
}

/** The documents of a folder, its README first. */
export function documentsIn(folder) {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .sort((a, b) => Number(b === 'README.md') - Number(a === 'README.md') || a.localeCompare(b))
    .map((name) => `${folder}/${name}`);
}

/** The first heading of a document, without its marks. */
export function titleOf(document) {
  const [, title] = /^# (.+)$/m.exec(readFileSync(join(root, document), 'utf8')) ?? [];
  if (title === undefined)
    throw new Error(`${document} has no heading "# …". Give it one: the sidebar shows it.`);
  return title.replaceAll('`', '');
}
