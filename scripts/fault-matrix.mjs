// Makes docs/fault-matrix.md from test/fault-matrix/matrix.json, whose every cell test/fault-matrix.e2e-spec.ts tests.
// Without --write it fails where the page is not up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const root = join(import.meta.dirname, '..');
const page = join(root, 'docs', 'fault-matrix.md');
const matrix = JSON.parse(readFileSync(join(root, 'test', 'fault-matrix', 'matrix.json'), 'utf8'));

function table(title, rows) {
  const columns = Object.keys(Object.values(rows)[0]);
  const lines = Object.entries(rows).map(([fault, cells]) => [
    fault,
    ...columns.map((column) => cells[column]),
  ]);
  const all = [[title, ...columns], columns.concat(title).map(() => '---'), ...lines];
  return all.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const text = `# Faults

What a call gets when something goes wrong, and what it costs. Each cell is tested (\`test/fault-matrix.e2e-spec.ts\`); this page is made from
\`test/fault-matrix/matrix.json\` by \`npm run docs:faults\`.

A code such as \`token_endpoint_unavailable\` means that the call was not sent and rejects with a \`ClientCredentialsError\` of that code. "Answered 401, \`cause\`"
means that the caller gets the API's answer, with the error that kept the library from another token as its \`cause\`. No cell leaves a promise unhandled or a caller waiting.

## The token endpoint

With \`tokenRequest.attempts\` 2; the default is 3. No acquisition takes longer than \`tokenRequest.timeoutMs\`, and a caller that is served a token does not wait for
one ("behind"). "At the deadline" means that only this time ends the wait; in all other cells the wait ends with the last attempt, after at most 250 ms of back-off before
the second. A rejected token request is held against later callers for 30 seconds, a 429 for longer; no other failure is.

${table('the token endpoint', matrix.tokenEndpoint)}

## The API

The calls that the API got, how many of them had a token, at the API or elsewhere, and the token requests. A call is bounded by its own \`timeout\` and \`signal\`.

${table('the API', matrix.api)}

## The store

One process with a store that has locks and counters. A store operation is given up after 250 ms; then the store is left alone for a while.

${table('the store', matrix.store)}
`;

const made = await format(text, { ...(await resolveConfig(page)), filepath: page });
if (process.argv.includes('--write')) writeFileSync(page, made);
else if (readFileSync(page, 'utf8') !== made) {
  console.error(
    'docs/fault-matrix.md is not what test/fault-matrix/matrix.json says: run `npm run docs:faults`.',
  );
  process.exitCode = 1;
}
