import entryPoints from './scripts/entry-points.cjs';

const { ENTRY_POINTS, sourceOf } = entryPoints;

/** @type {import('knip').KnipConfig} */
export default {
  workspaces: {
    '.': {
      entry: [
        // The main entry is found by package.json.
        ...ENTRY_POINTS.slice(1).map(sourceOf),
        'libs/client-credentials/src/doctor/main.ts',
        'sample-app/src/main.ts',
        'examples/express/src/main.ts',
        'scripts/*.mjs',
        'vitest.mutation.config.js',
        'test/**/*.e2e-spec.ts',
        'test/opentelemetry/*.mjs',
        'test/mutation/jest-globals.ts',
        '{libs,sample-app}/**/*.spec.ts',
      ],
      project: [
        'libs/**/*.ts',
        'sample-app/**/*.ts',
        'examples/**/*.ts',
        'test/**/*.ts',
        'test/opentelemetry/*.mjs',
        'scripts/**/*.mjs',
        '!test/consumers/*/**',
        '!test/scaffold/*/**',
      ],
      // Found by Stryker, for the `testRunner` that scripts/mutation.mjs names.
      ignoreDependencies: ['@stryker-mutator/vitest-runner'],
    },
    bench: {
      entry: [
        '*.mjs',
        'contenders/*.mjs',
        'scenarios/*.mjs',
        'weight/functions/*.mjs',
        'endpoints/server.mjs',
        'racing/contender-process.mjs',
        '**/*.spec.mjs',
      ],
      project: ['**/*.mjs'],
    },
  },
};
