import { defineConfig } from 'vitest/config';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('libs/client-credentials/src', import.meta.url));
const shim = fileURLToPath(new URL('test/mutation/jest-globals.ts', import.meta.url));

/** For mutation testing, since vitest keeps what it has loaded between two mutants; MUTATION_SPECS names the specs. */
export default defineConfig({
  test: {
    include: (process.env.MUTATION_SPECS ?? 'libs/**/*.spec.ts').split(' '),
    exclude: ['**/node_modules/**', '**/dist/**'],
    // A change that lets a test wait forever counts as found.
    testTimeout: 3_000,
    hookTimeout: 3_000,
    alias: [
      { find: /^@jest\/globals$/, replacement: shim },
      { find: /^nestjs-client-credentials$/, replacement: `${src}/index.ts` },
      { find: /^nestjs-client-credentials\/(.+)$/, replacement: `${src}/$1/index.ts` },
    ],
  },
});
