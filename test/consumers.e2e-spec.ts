import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConsumerApplication, nodesToTry, type Consumer } from './consumers/consumer-application.js';
import { packLibrary, readPackage } from './consumers/packed-library.js';

const TIMEOUT_MS = 600_000;

const NEST_10 = '10.4.20';

/** Slowest first, because two are installed at a time. */
const CONSUMERS = [
  { name: 'nest-11-cjs' },
  {
    name: 'nest-10-cjs',
    source: 'nest-11-cjs',
    versions: {
      '@nestjs/axios': '3.1.3',
      '@nestjs/common': NEST_10,
      '@nestjs/core': NEST_10,
      '@nestjs/platform-express': NEST_10,
      '@nestjs/terminus': '10.3.0',
      '@nestjs/testing': NEST_10,
    },
  },
  { name: 'nest-12-esm' },
  { name: 'express' },
] as const satisfies Consumer[];
type Name = (typeof CONSUMERS)[number]['name'];
const NAMES = CONSUMERS.map(({ name }) => name);

describe('the packed library', () => {
  let directory: string;
  let tarball: string;
  const installed = new Map<Name, ConsumerApplication | { failure: unknown }>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'client-credentials-consumers-'));
    tarball = await packLibrary();
    const waiting = [...CONSUMERS];
    const lane = async (): Promise<void> => {
      for (let consumer = waiting.shift(); consumer !== undefined; consumer = waiting.shift()) {
        const outcome = ConsumerApplication.install(consumer, tarball, directory);
        installed.set(consumer.name, await outcome.catch((failure: unknown) => ({ failure })));
      }
    };
    await Promise.all([lane(), lane()]);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }, TIMEOUT_MS);

  function applicationOf(name: Name): ConsumerApplication {
    const outcome = installed.get(name);
    if (outcome instanceof ConsumerApplication) return outcome;
    throw new Error(`${name} could not be installed`, { cause: outcome?.failure });
  }

  it('has what an application needs and nothing of the repository', async () => {
    const { manifest, files } = await readPackage(tarball);

    const ours = ['scripts', 'workspaces', 'devDependencies', 'overrides', 'allowScripts'];
    expect(ours.filter((field) => field in manifest)).toEqual([]);
    expect(Object.keys(Object(manifest['dependencies'])).toSorted()).toEqual(['jose']);
    const own = files.filter((path) => !/^package\/dist\/(esm|cjs)\/.+\.(js|d\.[cm]?ts)$/.test(path));
    expect(own.toSorted()).toEqual([
      'package/LICENSE',
      'package/README.md',
      'package/THIRD_PARTY_NOTICES.md',
      'package/dist/cjs/package.json',
      'package/dist/esm/rooms/package.json',
      'package/package.json',
    ]);
    expect(files.filter((path) => /\.spec\.|\/test\/|fixture/.test(path))).toEqual([]);
  });

  it.each(NAMES)(
    'fits the types of the application %s',
    async (name) => {
      const complaints = await applicationOf(name).build();

      expect(complaints).toBe('');
    },
    TIMEOUT_MS,
  );

  it(
    'has a command for npx',
    async () => {
      const version = await applicationOf('express').npx(['--version']);

      const { manifest } = await readPackage(tarball);
      expect(version).toBe(`${String(manifest['version'])}\n`);
    },
    TIMEOUT_MS,
  );

  describe.each(nodesToTry())('under node $version', ({ command }) => {
    it.each([
      ['nest-12-esm', 'esm'],
      ['nest-11-cjs', 'cjs'],
      ['nest-10-cjs', 'cjs'],
    ] as const)(
      'serves the calls of the application %s with one token, from its %s build',
      async (name, build) => {
        const seen = await applicationOf(name).start(command);

        expect(seen).toEqual({
          moduleUrl: expect.stringMatching(`/node_modules/nestjs-client-credentials/dist/${build}/index.js$`),
          providers: ['billing', 'signeasy'],
          paths: ['/invoices/1', '/invoices/2', '/invoices/3', '/invoices/4', '/invoices/5'],
          health: [503, 'failing', 200, 'fresh'],
          codeOfUnknown: 'unknown_provider',
          // The first fails.
          tokenRequests: 2,
          apiRequests: 5,
          tokensShown: 1,
        });
      },
      TIMEOUT_MS,
    );

    it.each(['nest-11-cjs', 'nest-10-cjs'] as const)(
      'can be overridden in the CommonJS jest suite of %s',
      async (name) => {
        const counts = await applicationOf(name).test(command);

        expect(counts).toMatchObject({ success: true, numPassedTests: 4, numFailedTests: 0 });
      },
      TIMEOUT_MS,
    );

    it(
      'has classes whose names are those of their exports, imported and required',
      async () => {
        const code = `
          import { createRequire } from 'node:module';
          import { join } from 'node:path';
          import * as imported from 'nestjs-client-credentials';
          const required = createRequire(join(process.cwd(), 'main.js'))('nestjs-client-credentials');
          const isClass = (value) => typeof value === 'function' && /^class\\b/.test(String(value));
          const namesOf = (module) => Object.entries(module).filter(([, value]) => isClass(value)).map(([name, value]) => [name, value.name]);
          process.stdout.write(JSON.stringify([...namesOf(imported), ...namesOf(required)]));`;

        const names = JSON.parse(await applicationOf('nest-12-esm').module(command, code)) as string[][];

        expect(names.length).toBeGreaterThan(10);
        expect(names.filter(([exported, own]) => exported !== own)).toEqual([]);
      },
      TIMEOUT_MS,
    );

    it.each([
      ['express', 'doctor.mjs', `import { fyma } from 'nestjs-client-credentials/providers'; export default`],
      [
        'nest-10-cjs',
        'doctor.js',
        `const { fyma } = require('nestjs-client-credentials/providers'); exports.options =`,
      ],
    ] as const)(
      'has a command that reads the options of %s',
      async (name, file, beginning) => {
        const application = applicationOf(name);
        const options = `{ providers: { cameras: fyma({ clientId: 'desk', clientSecret: 'secret' }) } };`;
        await writeFile(join(application.directory, file), `${beginning} ${options}`);

        const output = await application.command(command, ['doctor', '--config', file, '--curl']);

        expect(output).toMatch(/^# cameras$[^]*^curl https:\/\/auth\.fyma\.ai\/oauth\/token /m);
      },
      TIMEOUT_MS,
    );

    it(
      'serves an Express application that has neither Nest nor rxjs, imported and required',
      async () => {
        const seen = await applicationOf('express').start(command);

        expect(seen).toEqual({
          modules: ['core', 'express', 'providers', 'testing'].map((name) =>
            expect.stringMatching(`/nestjs-client-credentials/dist/esm/${name}/index.js$`),
          ),
          requiredModules: ['core', 'express', 'providers', 'testing'].map((name) =>
            expect.stringMatching(`/nestjs-client-credentials/dist/cjs/${name}/index.js$`),
          ),
          isErrorOfOtherCopyKnown: true,
          tenantSeenByOtherCopy: 'acme',
          resolvable: [],
          paths: ['/documents/1', '/documents/2', '/documents/3', '/documents/4'],
          tokenRequests: 1,
          requiredTokenRequests: 1,
          requiredAssertionParts: 3,
          apiRequests: 4,
          tokensShown: 1,
        });
      },
      TIMEOUT_MS,
    );
  });
});
