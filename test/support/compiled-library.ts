import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { transform } from '@swc/core';

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCE = join(ROOT, 'libs', 'client-credentials', 'src');

/** The library as JavaScript, for child processes without jest's compiler. */
export interface CompiledLibrary extends AsyncDisposable {
  /** Folder of the entry points. */
  readonly directory: string;
}

/** Compiles the current source, in a folder from which its dependencies resolve. */
export async function compileLibrary(name: string): Promise<CompiledLibrary> {
  const directory = join(ROOT, 'node_modules', '.cache', `client-credentials-${name}-${process.pid}`);
  await rm(directory, { recursive: true, force: true });
  const files = await readdir(SOURCE, { recursive: true });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
  await Promise.all(
    sources.map((file) => compile(join(SOURCE, file), join(directory, file.replace(/\.ts$/, '.js')))),
  );
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'), 'junction');
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

async function compile(from: string, to: string): Promise<void> {
  const { code } = await transform(await readFile(from, 'utf8'), {
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } },
    module: { type: 'es6' },
  });
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, code);
}
