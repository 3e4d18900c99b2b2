import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readWorkflows, scriptsOf, stepsOf } from './release/workflows.js';

const ROOT = join(import.meta.dirname, '..');

const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const workflows = await readWorkflows();
const steps = stepsOf(workflows.values());

describe('the workflows', () => {
  it('run npm scripts that exist', async () => {
    const scripts = scriptsOf(steps);

    expect(scripts).toEqual(
      expect.arrayContaining(['check', 'test', 'test:unit', 'test:nest', 'changeset', 'sbom']),
    );
    expect(scripts.filter((script) => manifest.scripts[script] === undefined)).toEqual([]);
  });

  it('name actions by a major version, which dependabot raises', async () => {
    const actions = steps.flatMap(({ uses = [] }) => uses);
    const dependabot = await readFile(join(ROOT, '.github', 'dependabot.yml'), 'utf8');

    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action) => !/^[\w-]+\/[\w-]+@v\d+$/.test(action))).toEqual([]);
    expect(dependabot).toContain('package-ecosystem: github-actions');
  });

  it('test each Node with each Nest on Linux, with Redis and Postgres, and macOS and Windows once', () => {
    const jobs = Object.values(workflows.get('ci.yml')?.jobs ?? {});
    const matrix = jobs.find(({ strategy }) => strategy !== undefined);

    expect(matrix).toMatchObject({
      'runs-on': 'ubuntu-latest',
      strategy: { matrix: { node: [20, 22, 24], nest: [10, 11, 12] } },
    });
    expect(Object.keys(matrix?.services ?? {}).toSorted()).toEqual(['postgres', 'redis']);
    expect(jobs.map((job) => job['runs-on'])).toEqual(
      expect.arrayContaining(['ubuntu-latest', 'macos-latest', 'windows-latest']),
    );
  });

  it('give a job no more than it needs, and publish with provenance after everything has passed', () => {
    const { jobs = {}, permissions } = workflows.get('release.yml') ?? {};
    const commands = stepsOf([{ on: {}, jobs: { publish: jobs['publish'] ?? {} } }]).flatMap(
      ({ run = [] }) => run,
    );
    const place = (part: string): number => commands.findIndex((command) => command.startsWith(part));

    expect(permissions).toEqual({ contents: 'read' });
    expect(workflows.get('ci.yml')?.permissions).toEqual({ contents: 'read' });
    expect(jobs['ci']?.uses).toBe('./.github/workflows/ci.yml');
    expect([jobs['version']?.needs, jobs['publish']?.needs]).toEqual(['ci', 'version']);
    expect(jobs['publish']?.permissions).toEqual({ contents: 'write', 'id-token': 'write' });
    const order = [
      'npm pack',
      'npx --no -- publint',
      'npx --no -- attw',
      'npm run --silent sbom',
      'npm publish',
      'gh release create',
    ];
    expect(order.map(place)).toEqual(order.map(place).toSorted((a, b) => a - b));
    expect(order.map(place)).not.toContain(-1);
    expect(commands[place('npm publish')]).toMatch(/ --provenance .*--tag /);
    expect(commands[place('gh release create')]).toContain('sbom.cdx.json');
  });
});
