// The sidebar: pages by subject, under their own headings. A page of docs/ that no group names is in the last group but one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { documentsIn, pageOf, root, titleOf } from './pages.mjs';

const START = ['concepts', 'nest', 'without-nest', 'guarantees', 'testing', 'questions'];
const CONFIGURE = [
  'configuration',
  'options',
  'client-authentication',
  'fleets',
  'tenants',
  'gateway',
  'providers',
];
const OPERATE = ['errors', 'doctor', 'observability', 'cost', 'desk'];
const FOLDERS = ['providers', 'recipes', 'migration'];
const PROJECT = ['CHANGELOG', 'SECURITY', 'CONTRIBUTING', 'ARCHITECTURE', 'CODE_OF_CONDUCT'];
const FOR_CONTRIBUTORS = ['fault-matrix', 'fleet-simulation', 'coverage', 'mutation'];

const inDocs = (name) => `docs/${name}.md`;
const named = new Set([
  'docs/README.md',
  ...[START, CONFIGURE, OPERATE, FOR_CONTRIBUTORS].flat().map(inDocs),
]);

const group = (text, documents, options) => ({
  text,
  items: documents.filter((document) => existsSync(join(root, document))).map(itemOf),
  ...options,
});

export const sidebar = [
  group('Start', START.map(inDocs)),
  group('Configure', CONFIGURE.map(inDocs)),
  group('Operate', OPERATE.map(inDocs)),
  ...FOLDERS.map((name) => `docs/${name}`)
    .filter((folder) => existsSync(join(root, folder)))
    .map((folder) => group(titleOf(`${folder}/README.md`), documentsIn(folder), { collapsed: true })),
  group(
    'More',
    documentsIn('docs').filter((document) => !named.has(document)),
  ),
  group('The project', [...PROJECT.map((name) => `${name}.md`), ...FOR_CONTRIBUTORS.map(inDocs)], {
    collapsed: true,
  }),
].filter(({ items }) => items.length > 0);

sidebar[0].items.unshift({ text: 'Install and use', link: '/' });
sidebar[0].items.push({ text: 'All pages', link: '/pages' });

function itemOf(document) {
  const link = pageOf(document).replace(/(?:index)?\.md$/, '');
  return { text: link.endsWith('/') ? 'Overview' : titleOf(document), link: `/${link}` };
}
