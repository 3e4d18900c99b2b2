import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { transform } from '@swc/core';
import { compileLibrary } from './compiled-library.js';
import { bareEnvironment } from './programs.js';

const ROOT = join(import.meta.dirname, '..', '..');

/** An application of this repository as JavaScript, which uses the library by its package name. */
export interface CompiledApplication extends AsyncDisposable {
  /** Starts `main.js` with these environment variables. */
  start(environment: NodeJS.ProcessEnv): RunningApplication;
}

/** A started application, and what it has printed. */
interface RunningApplication {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves to the exit code. */
  readonly ended: Promise<number | null>;
  /** Resolves to the first match in what the application prints. */
  printed(pattern: RegExp): Promise<string>;
}

/** Compiles an application in a folder of the repository, such as `sample-app/src`. */
export async function compileApplication(folder: string): Promise<CompiledApplication> {
  const library = await compileLibrary(folder.replaceAll('/', '-'));
  const { directory } = library;
  const manifest = {
    name: 'nestjs-client-credentials',
    type: 'module',
    exports: { '.': './index.js', './*': './*/index.js' },
  };
  await writeFile(join(directory, 'package.json'), JSON.stringify(manifest));
  const target = join(directory, 'application');
  const files = await readdir(join(ROOT, folder), { recursive: true });
  for (const file of files.filter((name) => /\.(?:ts|js|css)$/.test(name) && !name.endsWith('.spec.ts')))
    await place(join(ROOT, folder, file), join(target, file));
  return {
    start: (environment) => start(join(target, 'main.js'), directory, environment),
    [Symbol.asyncDispose]: () => library[Symbol.asyncDispose](),
  };
}

async function place(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  if (!from.endsWith('.ts')) return cp(from, to);
  const { code } = await transform(await readFile(from, 'utf8'), {
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
      keepClassNames: true,
    },
    module: { type: 'es6' },
  });
  await writeFile(to.replace(/\.ts$/, '.js'), code);
}

function start(main: string, cwd: string, environment: NodeJS.ProcessEnv): RunningApplication {
  const child = spawn(process.execPath, [main], {
    cwd,
    env: { ...bareEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended: once(child, 'close').then(() => child.exitCode),
    async printed(pattern) {
      for (;;) {
        const [match] = pattern.exec(stdout) ?? [];
        if (match !== undefined) return match;
        if (child.exitCode !== null) throw new Error(`The application ended:\n${stdout}${stderr}`);
        await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
      }
    },
  };
}
