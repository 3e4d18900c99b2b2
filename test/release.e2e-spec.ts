import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execute } from './consumers/execute.js';
import { packLibrary, readPackage } from './consumers/packed-library.js';
import { RepositoryCopy } from './release/repository-copy.js';

const ROOT = join(import.meta.dirname, '..');
const TIMEOUT_MS = 300_000;

const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

describe('a release', () => {
  it(
    'has a version that is in its changelog and in the lock file',
    async () => {
      await using copy = await RepositoryCopy.make();

      expect(await copy.versions()).toEqual([manifest.version, manifest.version, manifest.version]);
      expect(await copy.read('CHANGELOG.md')).toContain(`\n## ${manifest.version}\n`);
    },
    TIMEOUT_MS,
  );

  it(
    'packs a file that npm would publish, and that both linters of packages accept',
    async () => {
      const tarball = await packLibrary();
      const { manifest: packed } = await readPackage(tarball);
      const cwd = await mkdtemp(join(tmpdir(), 'client-credentials-publish-'));
      const bin = (name: string): string => join(ROOT, 'node_modules', name);

      try {
        const { stdout } = await execute(
          'npm',
          ['publish', tarball, '--dry-run', '--tag', 'rc', '--offline', '--registry', 'http://127.0.0.1:9/'],
          { cwd },
        );
        const publint = await execute(
          process.execPath,
          [bin('publint/src/cli.js'), 'run', tarball, '--strict'],
          { cwd },
        );
        const attw = await execute(
          process.execPath,
          [bin('@arethetypeswrong/cli/dist/index.js'), tarball, '--format', 'json'],
          { cwd },
        );

        expect(stdout).toBe(`+ nestjs-client-credentials@${manifest.version}\n`);
        expect(packed).toMatchObject({ version: manifest.version, license: 'MIT' });
        expect(publint.stdout).toContain('All good!');
        expect(JSON.parse(attw.stdout)).toMatchObject({
          analysis: { packageVersion: manifest.version, problems: [] },
        });
      } finally {
        await rm(cwd, { recursive: true, force: true });
      }
    },
    TIMEOUT_MS,
  );

  it(
    'has a bill of materials that names the package of its notices, and the library by its name',
    async () => {
      const notices = await readFile(join(ROOT, 'THIRD_PARTY_NOTICES.md'), 'utf8');
      const named = [...notices.matchAll(/^\| `(?<name>[^`]+)`/gm)].map(({ groups }) => groups?.['name']);

      const { stdout } = await execute('npm', ['run', '--silent', 'sbom'], { cwd: ROOT });
      const bill = JSON.parse(stdout) as {
        bomFormat: string;
        metadata: { component: { name: string; version: string } };
        components: { name: string; version: string; hashes: { alg: string }[] }[];
      };

      expect(bill.bomFormat).toBe('CycloneDX');
      expect(bill.metadata.component).toMatchObject({
        name: 'nestjs-client-credentials',
        version: manifest.version,
      });
      expect(bill.components.map(({ name }) => name).toSorted()).toEqual(['jose']);
      expect(named).toEqual(['jose']);
      expect(bill.components.flatMap(({ hashes }) => hashes.map(({ alg }) => alg))).toEqual(['SHA-512']);
    },
    TIMEOUT_MS,
  );
});

describe('changesets', () => {
  it(
    'ask what a change of the library means, and nothing of a change of the documentation',
    async () => {
      await using copy = await RepositoryCopy.make();

      await copy.startBranch();
      await copy.write('docs/page.md', 'Text.\n');
      await copy.commit();
      const afterText = await copy.changeset('status', '--since=main');
      await copy.write('libs/client-credentials/src/index.ts', '');
      await copy.commit();
      const refused = copy.changeset('status', '--since=main');

      expect(afterText).toContain('NO packages to be bumped');
      await expect(refused).rejects.toThrow('no changesets were found');
    },
    TIMEOUT_MS,
  );

  it(
    'make the next candidate, and then the version itself, of everything since the last one',
    async () => {
      await using copy = await RepositoryCopy.make();
      const [, numbers, candidate] = /^([\d.]+)-rc\.(\d+)$/.exec(manifest.version) ?? [];
      await copy.write(
        '.changeset/slow.md',
        "---\n'nestjs-client-credentials': patch\n---\n\nMend what was slow.\n",
      );
      await copy.commit();

      await copy.changeset('version');
      const next = await copy.versions();
      const notes = await copy.read('CHANGELOG.md');
      await copy.changeset('pre', 'exit');
      await copy.changeset('version');

      const following = `${numbers}-rc.${Number(candidate) + 1}`;
      expect(next).toEqual([following, following, following]);
      expect(notes).toMatch(/^# Changelog\n\n## .+\n\n### Patch Changes\n\n- .*Mend what was slow\.\n/);
      expect(await copy.versions()).toEqual([numbers, numbers, numbers]);
      expect(await copy.read('CHANGELOG.md')).toContain(
        `# Changelog\n\n## ${numbers}\n\n### Major Changes\n`,
      );
      expect(JSON.parse(await copy.read('package.json'))).toHaveProperty('workspaces', ['bench']);
    },
    TIMEOUT_MS,
  );
});
