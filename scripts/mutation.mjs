// `npm run test:mutation` changes the source in small ways, and runs the specs that cover each change: one of them should fail.
// `npm run test:mutation -- token` runs one part. Each part ends within ten minutes on two cores. Fails where a part has less than 90 %.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const SRC = 'libs/client-credentials/src';

/** For each part: the files that are changed, below the source, and the specs that cover them. */
const PARTS = {
  token: {
    files: ['token/*.ts'],
    specs: [
      `${SRC}/token/*.spec.ts`,
      `${SRC}/cache/*.spec.ts`,
      'test/{asking-for-a-token,token-lifetimes}.e2e-spec.ts',
    ],
  },
  cache: {
    files: ['cache/*.ts'],
    specs: [`${SRC}/cache/*.spec.ts`],
  },
  oauth: {
    files: ['oauth/{advice,connection-errors,error-response,redact,retry,token-request,token-response}.ts'],
    specs: [`${SRC}/oauth/*.spec.ts`],
  },
  http: {
    files: ['http/{allowed-origins,challenge,redirect,request-body,response-data}.ts'],
    specs: [`${SRC}/http/*.spec.ts`, 'test/where-tokens-go.e2e-spec.ts'],
  },
  store: {
    files: ['store/{circuit-breaker,issuance-budget,issuance-window,issuance-windows,window-span}.ts'],
    specs: [`${SRC}/store/*.spec.ts`],
  },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. There are: ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}
mkdirSync('coverage', { recursive: true });
for (const name of asked.length > 0 ? asked : Object.keys(PARTS)) {
  const { files, specs } = PARTS[name];
  const report = `coverage/mutation-${name}.json`;
  const config = `coverage/stryker-${name}.json`;
  writeFileSync(
    config,
    JSON.stringify({
      packageManager: 'npm',
      testRunner: 'vitest',
      vitest: { configFile: 'vitest.mutation.config.js', related: false },
      coverageAnalysis: 'perTest',
      // A static mutant is in force while a file is loaded, so that all specs would have to be loaded anew.
      ignoreStatic: true,
      mutate: [...files.map((file) => `${SRC}/${file}`), '!**/*.spec.ts'],
      concurrency: 2,
      timeoutMS: 5_000,
      thresholds: { high: 95, low: 90, break: 90 },
      reporters: ['clear-text', 'json'],
      clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
      jsonReporter: { fileName: report },
      tempDirName: '.stryker-tmp',
      disableTypeChecks: true,
      ignorePatterns: ['dist', 'coverage', 'bench', 'docs', 'api'],
    }),
  );
  console.log(`\n== ${name}`);
  const started = Date.now();
  const { status } = spawnSync('npx', ['stryker', 'run', config], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    // A zone apart from UTC, so that the specs tell local time from UTC.
    env: { ...process.env, TZ: 'Asia/Kolkata', MUTATION_SPECS: specs.join(' ') },
  });
  if (status !== 0) process.exitCode = 1;
  console.log(rowOf(name, report, Math.round((Date.now() - started) / 1000)));
}

/** The row of a part in docs/mutation.md. */
function rowOf(name, report, seconds) {
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  const mutants = Object.values(files).flatMap((file) => file.mutants);
  const withStatus = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const [found, missed] = [withStatus('Killed', 'Timeout'), withStatus('Survived', 'NoCoverage')];
  const score = ((100 * found) / (found + missed)).toFixed(1);
  const day = new Date().toISOString().slice(0, 10);
  return `| ${name} | ${Object.keys(files).length} | ${found + missed} | ${found} | ${score} % | ${seconds} | ${day} |`;
}
