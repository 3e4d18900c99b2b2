import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packLibrary } from './consumers/packed-library.js';

const TIMEOUT_MS = 300_000;
const ROOT = join(import.meta.dirname, '..');
const FIXTURE = join(import.meta.dirname, 'commonjs-jest');
const PEERS = ['axios', '@nestjs/axios', '@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs'];

const run = promisify(execFile);

/** What jest reports of one file. */
interface FileReport {
  readonly name: string;
  readonly message: string;
  readonly assertionResults: readonly { title: string; status: string; failureMessages: readonly string[] }[];
}

let directory: string;
let files: readonly FileReport[];

/** A project with the packed library and a jest that nobody has configured. */
async function makeProject(): Promise<void> {
  const tarball = await packLibrary();
  const project = join(directory, 'project');
  await cp(FIXTURE, project, { recursive: true });
  await writeFile(
    join(project, 'package.json'),
    '{ "name": "project", "version": "0.0.0", "private": true }',
  );
  const installed = join(project, 'node_modules', 'nestjs-client-credentials');
  await mkdir(installed, { recursive: true });
  // A path with the letter of a drive would name another host to some tar.
  await run('tar', ['-xzf', basename(tarball), '--strip-components=1', '-C', installed], {
    cwd: dirname(tarball),
  });
  const { dependencies = {} } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), ...PEERS]) {
    const link = join(project, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), link, 'junction');
  }
}

async function runJest(): Promise<readonly FileReport[]> {
  const report = join(directory, 'report.json');
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  // It ends with a failure where a test of it fails: the report says which.
  await run(process.execPath, [jest, '--json', '--outputFile', report, '--maxWorkers', '2'], {
    cwd: join(directory, 'project'),
    env: ownEnvironment(),
  }).catch(() => undefined);
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as { testResults: FileReport[] };
  return testResults;
}

/** As a user's shell has it: nothing of the npm script and the jest that run this. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(npm_|NODE_ENV$|NODE_OPTIONS$|JEST_WORKER_ID$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'client-credentials-jest-'));
  await makeProject();
  files = await runJest();
}, TIMEOUT_MS);

afterAll(async () => {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
});

const ENTRIES = ['core', 'express', 'providers', 'testing', 'redis', 'keyv'].map(
  (entry) => `the entry ${entry} can be loaded`,
);

describe('a CommonJS jest that nobody has configured', () => {
  it.each([
    [
      'signing.test.js',
      'signs, proves and discovers',
      [
        'an assertion is signed by a private key, EC',
        'an assertion is signed by a private key, RSA',
        'an assertion is signed by a private key, as PEM',
        'an assertion is signed by the secret',
        'a token is bound to a key by a proof',
        'the endpoint is found by discovery',
        'a value of a store is encrypted and decrypted',
      ],
    ],
    [
      'mocked-by-factory.test.js',
      'loads every entry where axios is mocked by a factory without classes',
      [
        ...ENTRIES,
        'a manager can be built, and nothing of axios was called for it',
        'errors can be told apart',
      ],
    ],
    [
      'mocked-bare.test.js',
      'loads every entry where axios is mocked by a factory with one function',
      [...ENTRIES, 'a fetch can be authorized'],
    ],
    [
      'mocked-automatically.test.js',
      'loads every entry where axios is mocked automatically',
      [...ENTRIES, 'a manager can be built'],
    ],
  ])('%s: %s', (name, _, titles) => {
    const file = files.find((candidate) => candidate.name.endsWith(name));

    const results = file?.assertionResults.map(({ title, status, failureMessages }) => [
      title,
      status,
      ...failureMessages.map((message) => message.split('\n')[0]),
    ]);
    expect(results).toEqual(titles.map((title) => [title, 'passed']));
  });
});
