import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from './execute.js';

/** What the link in `node_modules/.bin` names, which is a batch file on Windows. */
const COMMAND = 'node_modules/nestjs-client-credentials/dist/esm/doctor/main.js';
const INSTALL_TIMEOUT_MS = 240_000;
const INSTALL_ATTEMPTS = 3;

/** Name, source folder and dependency versions of an application. */
export interface Consumer {
  name: string;
  source?: string;
  versions?: Record<string, string>;
  /** Packages that are installed along with the library. */
  packages?: string[];
}

/** An application in its own directory, with the library from a tarball and dependencies from the registry. */
export class ConsumerApplication {
  private constructor(readonly directory: string) {}

  static async install(
    { name, source = name, versions = {}, packages = [] }: Consumer,
    tarball: string,
    parent: string,
  ): Promise<ConsumerApplication> {
    const directory = join(parent, name);
    await cp(join(import.meta.dirname, source), directory, { recursive: true });
    await pin(join(directory, 'package.json'), versions);
    await withRetries(() =>
      execute('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', tarball, ...packages], {
        cwd: directory,
        timeoutMs: INSTALL_TIMEOUT_MS,
      }),
    );
    return new ConsumerApplication(directory);
  }

  /** Compiles the application against the library's declarations; returns the compiler's output. */
  async build(): Promise<string> {
    return this.script('build');
  }

  /** Runs a script of the application's manifest; returns what it writes. */
  async script(name: string, args: string[] = []): Promise<string> {
    const { stdout } = await execute('npm', ['run', '--silent', name, '--', ...args], {
      cwd: this.directory,
    });
    return stdout;
  }

  /** Runs the application until it exits; returns its last output line, parsed as JSON. */
  async start(node: string[]): Promise<unknown> {
    const { stdout } = await this.#run(node, ['dist/main.js']);
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  }

  /** Runs the application's own tests; returns jest's JSON report. */
  async test(node: string[]): Promise<unknown> {
    const { stdout } = await this.#run(node, ['node_modules/jest/bin/jest.js', '--json']);
    return JSON.parse(stdout);
  }

  /** Runs the package's command, as installed; returns what it writes. */
  async command(node: string[], args: string[]): Promise<string> {
    const { stdout } = await this.#run(node, [COMMAND, ...args]);
    return stdout;
  }

  /** Runs a module in the application's folder; returns what it writes. */
  async module(node: string[], code: string): Promise<string> {
    const { stdout } = await this.#run(node, ['--input-type=module', '--eval', code]);
    return stdout;
  }

  /** Runs the package's command by `npx`; returns what it writes. */
  async npx(args: string[]): Promise<string> {
    const { stdout } = await execute('npx', ['--yes', 'nestjs-client-credentials', ...args], {
      cwd: this.directory,
    });
    return stdout;
  }

  #run([command = process.execPath, ...prefix]: string[], args: string[]): Promise<{ stdout: string }> {
    return execute(command, [...prefix, ...args], { cwd: this.directory });
  }
}

/** Commands for each Node version in `CONSUMER_NODES`, such as `22,24`; by default the running version. */
export function nodesToTry(): { version: string; command: string[] }[] {
  const versions = process.env['CONSUMER_NODES']?.split(',').filter((version) => version !== '') ?? [];
  if (versions.length === 0) return [{ version: process.versions.node, command: [process.execPath] }];
  return versions.map((version) => ({ version, command: ['npx', '--yes', '-p', `node@${version}`, 'node'] }));
}

async function pin(file: string, versions: Record<string, string>): Promise<void> {
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Record<string, Record<string, string>>;
  for (const group of ['dependencies', 'devDependencies']) {
    for (const name of Object.keys(manifest[group] ?? {})) {
      const version = versions[name];
      if (version !== undefined) Object.assign(manifest[group] ?? {}, { [name]: version });
    }
  }
  await writeFile(file, JSON.stringify(manifest, null, 2));
}

/** Retries an installation, because the registry may fail for a moment. */
async function withRetries(install: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await install();
      return;
    } catch (error) {
      if (attempt === INSTALL_ATTEMPTS) throw error;
    }
  }
}
