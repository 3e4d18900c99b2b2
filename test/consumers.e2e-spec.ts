import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConsumerApplication, nodesToTry, packLibrary } from './consumers/consumer-application.js';

const TIMEOUT_MS = 300_000;

/** The slowest first: there are two lanes. */
const NAMES = ['nest-11-cjs', 'nest-12-esm', 'express'] as const;
type Name = (typeof NAMES)[number];

describe('the packed library', () => {
  let directory: string;
  const installed = new Map<Name, ConsumerApplication | { failure: unknown }>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'client-credentials-consumers-'));
    const tarball = await packLibrary(directory);
    const waiting = [...NAMES];
    const lane = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const outcome = ConsumerApplication.install(name, tarball, directory);
        installed.set(name, await outcome.catch((failure: unknown) => ({ failure })));
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

  it.each(NAMES)(
    'fits the types of the application %s',
    async (name) => {
      const complaints = await applicationOf(name).build();

      expect(complaints).toBe('');
    },
    TIMEOUT_MS,
  );

  describe.each(nodesToTry())('under node $version', ({ command }) => {
    it(
      'serves the calls of a Nest 12 ESM application with one token',
      async () => {
        const seen = await applicationOf('nest-12-esm').start(command);

        expect(seen).toEqual({
          moduleUrl: expect.stringMatching(
            /\/node_modules\/nestjs-client-credentials\/dist\/esm\/index\.js$/,
          ),
          providers: ['billing', 'signeasy'],
          paths: ['/invoices/1', '/invoices/2', '/invoices/3', '/invoices/4', '/invoices/5'],
          codeOfUnknown: 'unknown_provider',
          tokenRequests: 1,
          apiRequests: 5,
          tokensShown: 1,
        });
      },
      TIMEOUT_MS,
    );

    it(
      'serves the calls of a Nest 11 CommonJS application with one token',
      async () => {
        const seen = await applicationOf('nest-11-cjs').start(command);

        expect(seen).toEqual({
          moduleUrl: expect.stringMatching(
            /\/node_modules\/nestjs-client-credentials\/dist\/cjs\/index\.js$/,
          ),
          providers: ['billing', 'signeasy'],
          paths: ['/invoices/1', '/invoices/2', '/invoices/3', '/invoices/4', '/invoices/5'],
          codeOfUnknown: 'unknown_provider',
          tokenRequests: 1,
          apiRequests: 5,
          tokensShown: 1,
        });
      },
      TIMEOUT_MS,
    );

    it(
      'can be overridden in the CommonJS jest suite of a Nest 11 application',
      async () => {
        const counts = await applicationOf('nest-11-cjs').test(command);

        expect(counts).toMatchObject({ success: true, numPassedTests: 2, numFailedTests: 0 });
      },
      TIMEOUT_MS,
    );

    it(
      'serves an Express application that has neither Nest nor rxjs, imported and required',
      async () => {
        const seen = await applicationOf('express').start(command);

        expect(seen).toEqual({
          modules: ['core', 'providers', 'testing'].map((name) =>
            expect.stringMatching(`/nestjs-client-credentials/dist/esm/${name}/index.js$`),
          ),
          requiredModules: ['core', 'providers', 'testing'].map((name) =>
            expect.stringMatching(`/nestjs-client-credentials/dist/cjs/${name}/index.js$`),
          ),
          isErrorOfOtherCopyKnown: true,
          resolvable: [],
          paths: ['/documents/1', '/documents/2', '/documents/3', '/documents/4'],
          tokenRequests: 1,
          requiredTokenRequests: 1,
          apiRequests: 4,
          tokensShown: 1,
        });
      },
      TIMEOUT_MS,
    );
  });
});
