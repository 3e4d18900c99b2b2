import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RedisAddress } from './shared-redis.js';

/** A Redis that the desk started: a child of this process, on a socket in a private folder. */
export interface OwnRedis {
  readonly address: RedisAddress;
  readonly encryptionKey: string;
  /** Stops the process without ending it: connections stay open, and nothing responds. */
  pause(): unknown;
  resume(): unknown;
  /** Ends the process and removes its folder. */
  close(): Promise<void>;
}

const PROGRAMS = ['redis-server', 'valkey-server'];
const START_TIMEOUT_MS = 3_000;
const POLL_INTERVAL_MS = 20;

/** Starts a Redis or Valkey that is found on PATH; `undefined` where there is none, or it does not start. */
export async function startOwnRedis(): Promise<OwnRedis | undefined> {
  const program = PROGRAMS.find((name) => spawnSync(name, ['--version']).status === 0);
  if (program === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'document-desk-'));
  const path = join(folder, 'redis.sock');
  const child = spawn(
    program,
    ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no', '--dir', folder],
    // A group of its own: Ctrl+C reaches the desk alone, which closes its store first.
    { stdio: 'ignore', detached: true },
  );
  const end = (): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  // A desk that ends by itself does not wait for its child.
  child.unref();
  process.once('exit', end);
  const close = async (): Promise<void> => {
    process.removeListener('exit', end);
    const exited = isRunning(child) ? once(child, 'exit') : undefined;
    child.ref();
    end();
    await exited;
  };
  child.once('error', () => undefined);
  if (!(await hasStarted(child, path))) {
    await close();
    return undefined;
  }
  return {
    address: { socket: { path, tls: false } },
    encryptionKey: randomBytes(32).toString('base64url'),
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    close,
  };
}

async function hasStarted(child: ChildProcess, path: string): Promise<boolean> {
  const giveUpAt = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < giveUpAt && isRunning(child)) {
    if (existsSync(path)) return true;
    await wait(POLL_INTERVAL_MS);
  }
  return false;
}

function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}
