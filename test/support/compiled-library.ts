import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { transform } from '@swc/core';
import { ChildCoverage } from './child-coverage.js';

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCE = join(ROOT, 'libs', 'client-credentials', 'src');

/** The library as JavaScript, for child processes without jest's compiler. */
export interface CompiledLibrary extends AsyncDisposable {
  /** Folder of the entry points. */
  readonly directory: string;
  /** What processes run of the counted folder, if jest counts. */
  readonly coverage: ChildCoverage | undefined;
}

/**
 * Compiles the current source, in a folder from which its dependencies resolve.
 *
 * @param counted - folder of the source whose code counts what runs of it, where jest counts
 */
export async function compileLibrary(name: string, counted?: string): Promise<CompiledLibrary> {
  const directory = join(ROOT, 'node_modules', '.cache', `client-credentials-${name}-${process.pid}`);
  await rm(directory, { recursive: true, force: true });
  const coverage =
    counted === undefined ? undefined : await ChildCoverage.ifAsked(join(directory, 'coverage'));
  const files = await readdir(SOURCE, { recursive: true });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
  await Promise.all(
    sources.map((file) => {
      const isCounted = counted !== undefined && file.startsWith(join(counted, '/'));
      const to = join(directory, file.replace(/\.ts$/, '.js'));
      return compile(join(SOURCE, file), to, isCounted ? coverage : undefined);
    }),
  );
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'), 'junction');
  return {
    directory,
    coverage,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

async function compile(from: string, to: string, coverage: ChildCoverage | undefined): Promise<void> {
  const { code, map = '' } = await transform(await readFile(from, 'utf8'), {
    swcrc: false,
    filename: from,
    sourceMaps: coverage !== undefined,
    jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } },
    module: { type: 'es6' },
  });
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, coverage?.instrument(code, from, map) ?? code);
}
