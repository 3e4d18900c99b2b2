import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execute } from '../consumers/execute.js';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const COPIED = ['.changeset', 'CHANGELOG.md', 'package.json', 'package-lock.json', '.prettierrc'];
const STEP_TIMEOUT_MS = 120_000;

/** What a release changes, in a Git repository of its own. */
export class RepositoryCopy implements AsyncDisposable {
  private constructor(private readonly directory: string) {}

  static async make(): Promise<RepositoryCopy> {
    const directory = await mkdtemp(join(tmpdir(), 'client-credentials-release-'));
    for (const name of COPIED) await cp(join(REPOSITORY, name), join(directory, name), { recursive: true });
    await cp(join(REPOSITORY, 'scripts', 'changeset.mjs'), join(directory, 'scripts', 'changeset.mjs'));
    await symlink(join(REPOSITORY, 'node_modules'), join(directory, 'node_modules'), 'junction');
    const copy = new RepositoryCopy(directory);
    await copy.write('.gitignore', 'node_modules\n');
    await copy.#git('init', '--quiet', '--initial-branch=main');
    await copy.commit();
    return copy;
  }

  /** Leaves main, as a pull request does. */
  async startBranch(): Promise<void> {
    await this.#git('switch', '--quiet', '--create', 'change');
  }

  /** Commits everything. */
  async commit(): Promise<void> {
    await this.#git('add', '--all');
    const author = [
      '-c',
      'user.name=Release',
      '-c',
      'user.email=release@example.com',
      '-c',
      'commit.gpgsign=false',
    ];
    await this.#git(...author, 'commit', '--quiet', '--message', 'Change something');
  }

  read(file: string): Promise<string> {
    return readFile(join(this.directory, file), 'utf8');
  }

  async write(file: string, text: string): Promise<void> {
    const path = join(this.directory, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  /** Runs `npm run changeset -- …`; returns what it writes. */
  async changeset(...args: string[]): Promise<string> {
    const script = join(this.directory, 'scripts', 'changeset.mjs');
    const { stdout } = await execute(process.execPath, [script, ...args], {
      cwd: this.directory,
      timeoutMs: STEP_TIMEOUT_MS,
    });
    return stdout;
  }

  /** Versions of the package in the files that name it. */
  async versions(): Promise<string[]> {
    const manifest = JSON.parse(await this.read('package.json')) as { version: string };
    const lock = JSON.parse(await this.read('package-lock.json')) as {
      version: string;
      packages: Record<string, { version: string }>;
    };
    return [manifest.version, lock.version, String(lock.packages['']?.version)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  async #git(...args: string[]): Promise<void> {
    await execute('git', args, { cwd: this.directory });
  }
}
