// The documentation's site: README.md, the pages of docs/ and the guides beside README.md, each at an address of its own.
// Pages link to one another by relative paths, as on a code host; links to other files lead to the repository.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { defineConfig } from 'vitepress';
import { isPage, pageOf, root } from './pages.mjs';
import { sidebar } from './sidebar.mjs';

const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [repository] = homepage.split('#');

/** Matches where a relative path begins that has no dot before it; the bundler takes such a path for a package. */
const BARE_IMAGE = /(?<=\b(?:src|srcset)=")(?=[\w-]+\/)/g;

/**
 * Makes relative links into links of the site: to a page by its address there, to any other file in the repository.
 *
 * A link to no file is left as it stands, for the check of dead links.
 */
function siteLinks(markdown) {
  markdown.core.ruler.push('site-links', ({ tokens, env }) => {
    const folder = posix.relative(root.replaceAll('\\', '/'), dirname(env.realPath ?? env.path));
    for (const token of tokens.filter(({ type }) => type === 'html_block'))
      token.content = token.content.replaceAll(BARE_IMAGE, './');
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href === null || /^(?:[a-z][a-z\d+.-]*:|[#/])/i.test(href)) continue;
      const [path, anchor] = decodeURI(href).split('#');
      const target = posix.join(folder, path).replace(/\/$/, '');
      if (!existsSync(join(root, target))) continue;
      const kind = statSync(join(root, target)).isDirectory() ? 'tree' : 'blob';
      const address = isPage(target) ? `/${pageOf(target)}` : `${repository}/${kind}/HEAD/${target}`;
      token.attrSet('href', anchor === undefined ? address : `${address}#${anchor}`);
    }
  });
}

export default defineConfig({
  title: 'nestjs-client-credentials',
  description: 'OAuth 2.0 client credentials for outbound calls, for NestJS, Express and plain Node',
  lang: 'en',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  // A site that is not at the root of its host, such as `DOCS_BASE=/nestjs-client-credentials/ npm run docs`.
  base: process.env['DOCS_BASE'] ?? '/',
  srcDir: root,
  srcExclude: readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => name !== 'docs' && !isPage(name))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/**` : entry.name)),
  outDir: join(root, 'dist/site'),
  cacheDir: join(root, 'dist/site-cache'),
  rewrites: pageOf,
  cleanUrls: false,
  markdown: { config: siteLinks },
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/concepts' },
      { text: 'Recipes', link: '/recipes/' },
      { text: 'API', link: '/api/index.html', target: '_self' },
      { text: 'Repository', link: repository },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
  },
});
