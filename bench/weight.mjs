/**
 * What it costs to install and to load this library, beside others: sizes, the time of a cold import, and the time from the start of a
 * process to its first authorized answer, as in a function that has been asleep. Each process is fresh; shown are medians, in turns.
 *
 *     npm run bench:weight              nine processes of each kind, about a minute
 *     npm run bench:weight -- --short   one
 */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openRealm } from './endpoints/open-realm.mjs';
import { median } from './figures/percentile.mjs';
import { tableOf } from './report/table.mjs';
import { folderOf, installedBytes, packedBytes } from './weight/sizes.mjs';

const OURS = 'nestjs-client-credentials';
const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PEERS = ['openid-client', 'simple-oauth2', '@azure/msal-node', 'google-auth-library'];
const ROUNDS = process.argv.includes('--short') ? 1 : 9;

const imports = new Map([
  [`${OURS}/core`, [`${OURS}/core`]],
  ...PEERS.map((name) => [name, [name]]),
  ['axios', ['axios']],
  [`${OURS}, beyond Nest and @nestjs/axios`, [OURS, '@nestjs/common', '@nestjs/core', '@nestjs/axios']],
]);
const functions = ['by-hand', OURS, ...PEERS.map((name) => name.replace('@', '').replace('/', '-'))];

const endpoints = fork(new URL('./endpoints/server.mjs', import.meta.url));
const [controlUrl] = await once(endpoints, 'message');
const { tokenUrl, apiUrl } = await openRealm(controlUrl, {});

const importMs = new Map([...imports.keys()].map((name) => [name, []]));
const answerMs = new Map(functions.map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, [measured, ...before]] of imports)
    importMs.get(name).push(run(['--input-type=module', '--eval', importing(measured, before)]));
  for (const name of functions)
    answerMs.get(name).push(run([`${HERE}weight/functions/${name}.mjs`, tokenUrl, apiUrl]));
}
endpoints.disconnect();

const sizes = [OURS, ...PEERS].map((name) => {
  const folder = name === OURS ? ROOT : folderOf(name, HERE);
  const { packed, unpacked } = packedBytes(folder);
  // This folder has more than is packed: its own files count as they are packed.
  const own = name === OURS ? unpacked : 0;
  const others = name === OURS ? dependenciesOf(folder) : installedBytes(folder, { without: [] });
  return [name, kB(packed), kB(own + others)];
});
console.log(`## Sizes\n\n${tableOf(['', 'packed, kB', 'installed with its dependencies, kB'], sizes)}`);
console.log(
  `\n## A cold import\n\n${tableOf(['', 'ms', '× openid-client'], rowsOf(importMs, 'openid-client'))}`,
);
console.log(
  `\n## From the start of a process to its first authorized answer\n\n${tableOf(['', 'ms', '× by hand'], rowsOf(answerMs, 'by-hand'))}`,
);

/** Milliseconds that a process prints. */
function run(options) {
  return Number(execFileSync(process.execPath, options, { cwd: HERE, encoding: 'utf8' }));
}

function importing(measured, before) {
  const first = before.map((name) => `await import('${name}');`).join('');
  return `${first}const at=performance.now();await import('${measured}');process.stdout.write(String(performance.now()-at))`;
}

function dependenciesOf(folder) {
  return ['jose'].reduce((sum, name) => sum + installedBytes(folderOf(name, folder)), 0);
}

function rowsOf(times, floor) {
  return [...times].map(([name, values]) => [
    name,
    median(values).toFixed(0),
    median(values.map((value, round) => value / times.get(floor)[round])).toFixed(2),
  ]);
}

function kB(bytes) {
  return Math.round(bytes / 1_000).toLocaleString('en');
}
