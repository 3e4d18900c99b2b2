// Runs the tests of what touches Nest with another version of Nest: `npm run test:nest -- 11`.
// The version stays installed afterwards; `npm ci` brings back the one of package-lock.json.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const NEST_10 = ['common', 'core', 'platform-express', 'platform-fastify', 'testing'].map(
  (name) => `@nestjs/${name}@10.4.20`,
);
/** Packages of each version beside those of package.json, which are of Nest 12. */
const PACKAGES = {
  10: [...NEST_10, '@nestjs/axios@3.1.3', '@nestjs/terminus@10.3.0'],
  11: [
    '@nestjs/common@11.2.10',
    '@nestjs/core@11.2.10',
    '@nestjs/platform-express@11.2.10',
    '@nestjs/platform-fastify@11.2.8',
    '@nestjs/testing@11.2.6',
    '@nestjs/axios@4.0.1',
    '@nestjs/terminus@11.1.1',
  ],
  12: [],
};
const TESTS = [
  'nest-module',
  'exception-filter',
  'global-axios-defaults',
  'looking-at-the-cached-token',
  'status-of-errors',
];
// These are written for the routes and for the @nestjs/terminus of Nest 11: Nest 10 knows no path such as `*path`.
// The application of Nest 10 in test/consumers has a health check of its own.
const TESTS_SINCE_11 = ['tenant-context', 'terminus', 'token-relay', 'board.e2e'];

const version = process.argv[2];
const packages = PACKAGES[version];
const tests = version === '10' ? TESTS : [...TESTS, ...TESTS_SINCE_11];
if (packages === undefined) {
  console.error(`Name a version of Nest: ${Object.keys(PACKAGES).join(', ')}.`);
  process.exit(1);
}
const flags = [
  '--no-save',
  '--no-package-lock',
  '--legacy-peer-deps',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
];
if (packages.length > 0) run(['install', ...flags, ...packages]);
run([
  'run',
  '--silent',
  'jest',
  '--',
  '--selectProjects',
  'e2e',
  '--',
  ...tests.map((name) => `test/${name}`),
]);

function run(args) {
  const { status } = spawnSync('npm', args, {
    cwd: join(import.meta.dirname, '..'),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(1);
}
