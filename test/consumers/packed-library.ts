import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { execute } from './execute.js';

const run = promisify(execFile);

const REPOSITORY = join(import.meta.dirname, '..', '..');
const PACKED_FROM = [
  'libs',
  'scripts',
  'nest-cli.json',
  'package.json',
  'tsconfig.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'THIRD_PARTY_NOTICES.md',
];
const KEPT = join(REPOSITORY, 'node_modules', '.cache', 'client-credentials-packed');
const PACK_TIMEOUT_MS = 240_000;
const KEPT_MS = 3_600_000;
const POLL_MS = 200;

/**
 * Builds and packs the library as `npm publish` does; returns the path of the tarball.
 *
 * Test files that run at the same time, or later with the same sources, share one tarball.
 */
export async function packLibrary(): Promise<string> {
  const folder = join(KEPT, await hashOfSources());
  for (;;) {
    const tarball = await tarballIn(folder);
    if (tarball !== undefined) return tarball;
    if (await isTaken(`${folder}.lock`)) {
      await sleep(POLL_MS);
      continue;
    }
    try {
      await pack(folder);
    } finally {
      await rm(`${folder}.lock`, { recursive: true, force: true });
    }
  }
}

/** The package's manifest and the paths of its files, as a registry gets them. */
export async function readPackage(
  tarball: string,
): Promise<{ manifest: Record<string, unknown>; files: string[] }> {
  // A path with the letter of a drive would name another host to some tar.
  const [cwd, name] = [dirname(tarball), basename(tarball)];
  const { stdout: list } = await run('tar', ['-tzf', name], { cwd });
  const { stdout: manifest } = await run('tar', ['-xzOf', name, 'package/package.json'], { cwd });
  const files = list.split(/\r?\n/).filter((path) => path !== '' && !path.endsWith('/'));
  return { manifest: JSON.parse(manifest) as Record<string, unknown>, files };
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of [...PACKED_FROM, 'package-lock.json']) {
    const isFolder = (await stat(join(REPOSITORY, name))).isDirectory();
    const files = isFolder ? await filesIn(join(REPOSITORY, name)) : [join(REPOSITORY, name)];
    for (const file of files) hash.update(`${file}\0`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
}

async function tarballIn(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const name = names.find((each) => each.endsWith('.tgz'));
  return name === undefined ? undefined : join(folder, name);
}

/** Whether another process packs; if not, this process has the lock. */
async function isTaken(lock: string): Promise<boolean> {
  await mkdir(dirname(lock), { recursive: true });
  try {
    await mkdir(lock);
    return false;
  } catch {
    const { mtimeMs } = await stat(lock).catch(() => ({ mtimeMs: Date.now() }));
    // Whoever held it this long was ended in the middle.
    if (Date.now() - mtimeMs > PACK_TIMEOUT_MS) await rm(lock, { recursive: true, force: true });
    return true;
  }
}

/** Another run may use a younger one. */
async function removeOld(): Promise<void> {
  for (const name of await readdir(KEPT)) {
    const { mtimeMs } = await stat(join(KEPT, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > KEPT_MS) await rm(join(KEPT, name), { recursive: true, force: true });
  }
}

/** Works on a copy, because another process may be building in the repository. */
async function pack(folder: string): Promise<void> {
  await removeOld();
  const parent = await mkdtemp(join(tmpdir(), 'client-credentials-packed-'));
  try {
    const copy = join(parent, 'library');
    const packed = join(`${folder}.lock`, 'packed');
    for (const name of PACKED_FROM) await cp(join(REPOSITORY, name), join(copy, name), { recursive: true });
    await symlink(join(REPOSITORY, 'node_modules'), join(copy, 'node_modules'), 'junction');
    await mkdir(packed, { recursive: true });
    await execute('npm', ['pack', '--pack-destination', packed], { cwd: copy, timeoutMs: PACK_TIMEOUT_MS });
    if ((await tarballIn(packed)) === undefined) throw new Error('npm pack left no tarball');
    await rename(packed, folder);
  } finally {
    await rm(parent, { recursive: true, force: true, maxRetries: 3 });
  }
}
