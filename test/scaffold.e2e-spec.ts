import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { ConsumerApplication } from './consumers/consumer-application.js';
import { packLibrary } from './consumers/packed-library.js';
import { readInstructions, readFirstLogLine, type Instructions } from './scaffold/readme.js';
import { StartedApplication } from './scaffold/started-application.js';
import { freePort } from './support/programs.js';

const TIMEOUT_MS = 600_000;

const NEST = 'Use it in Nest';
const NEST_FILES = [
  '.env',
  'src/app.module.ts',
  'src/billing.service.spec.ts',
  'src/billing.service.ts',
  'test/billing.e2e-spec.ts',
];

/** Empty applications, as `nest new` makes them, without its tools for style. Slowest first, because two are installed at a time. */
const APPLICATIONS = [
  { name: 'nest-11', framework: 'Nest 11', heading: NEST },
  { name: 'nest-12', framework: 'Nest 12', heading: NEST },
  { name: 'express', framework: 'Express', heading: 'Use it in Express or plain Node' },
] as const;
type Name = (typeof APPLICATIONS)[number]['name'];

interface Scaffold {
  application: ConsumerApplication;
  instructions: Instructions;
}

describe('an empty application, after all that README.md says', () => {
  let directory: string;
  const scaffolds = new Map<Name, Scaffold | { failure: unknown }>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'client-credentials-scaffold-'));
    const tarball = await packLibrary();
    const waiting = [...APPLICATIONS];
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        scaffolds.set(next.name, await scaffold(next, tarball).catch((failure: unknown) => ({ failure })));
    };
    await Promise.all([lane(), lane()]);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }, TIMEOUT_MS);

  async function scaffold(
    { name, framework, heading }: (typeof APPLICATIONS)[number],
    tarball: string,
  ): Promise<Scaffold> {
    const instructions = await readInstructions(framework, heading);
    const source = `../scaffold/${name}`;
    const consumer = { name, source, packages: instructions.packages };
    const application = await ConsumerApplication.install(consumer, tarball, directory);
    for (const [file, code] of instructions.files) {
      const path = join(application.directory, file);
      await mkdir(dirname(path), { recursive: true });
      // README.md says beside an import what Nest 11 wants instead.
      await writeFile(
        path,
        name === 'nest-11' ? code.replaceAll(/(?<= from '\.{1,2}\/.+)\.js(?=';)/g, '') : code,
      );
    }
    return { application, instructions };
  }

  function scaffoldOf(name: Name): Scaffold {
    const outcome = scaffolds.get(name);
    if (outcome !== undefined && 'application' in outcome) return outcome;
    throw new Error(`${name} could not be installed`, { cause: outcome?.failure });
  }

  describe.each([
    ['nest-12', '--reporter=json'],
    ['nest-11', '--json'],
  ] as const)('of %s', (name, asJson) => {
    it(
      'compiles, with the files that README.md names',
      async () => {
        const { application, instructions } = scaffoldOf(name);

        const complaints = await application.script('build');

        expect([...instructions.files.keys()].toSorted()).toEqual(NEST_FILES);
        expect(complaints).toBe('');
      },
      TIMEOUT_MS,
    );

    it.each([
      ['test', 'reads an invoice'],
      ['test:e2e', 'goes on when the provider revokes the token'],
    ])(
      'passes what README.md has for `npm run %s`',
      async (script, title) => {
        const report: unknown = JSON.parse(await scaffoldOf(name).application.script(script, [asJson]));

        expect(report).toMatchObject({
          success: true,
          numPassedTests: 1,
          numTotalTests: 1,
          testResults: [{ assertionResults: [{ title, status: 'passed' }] }],
        });
      },
      TIMEOUT_MS,
    );

    it(
      'starts with the .env of README.md, and logs the first line of its log',
      async () => {
        const firstLine = await readFirstLogLine();
        await using started = new StartedApplication(
          scaffoldOf(name).application.directory,
          ['dist/src/main.js'],
          { PORT: '0' },
        );

        await expect(started.hasPrinted(firstLine)).resolves.toBeUndefined();
      },
      TIMEOUT_MS,
    );
  });

  it(
    'of Express compiles, answers with an invoice of the API, and ends',
    async () => {
      const { application, instructions } = scaffoldOf('express');
      await using server = await startAuthorizationServer({ clientId: 'desk', clientSecret: 'change-me' });
      const port = await freePort();
      const nest = await readInstructions('Nest 12', NEST);
      await writeFile(join(application.directory, '.env'), nest.files.get('.env') ?? '');

      const complaints = await application.script('build');
      await using started = new StartedApplication(
        application.directory,
        ['--env-file=.env', 'dist/main.js'],
        { PORT: String(port), BILLING_TOKEN_URL: server.tokenUrl, BILLING_API_URL: server.apiUrl },
      );
      await started.hasPrinted('Listening');
      const answer = await fetch(`http://127.0.0.1:${port}/invoices/7`);
      const sent = server.apiRequests.map(({ path, status }) => ({ path, status }));
      await fetch(`http://127.0.0.1:${port}/end`, { method: 'POST' });

      expect([...instructions.files.keys()]).toEqual(['src/billing.ts']);
      expect(complaints).toBe('');
      expect(answer.status).toBe(200);
      expect(sent).toEqual([{ path: '/invoices/7', status: 200 }]);
      expect(server.tokenRequests).toHaveLength(1);
      expect(await started.ended()).toBe(0);
    },
    TIMEOUT_MS,
  );
});
