import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { foundOrInstalled } from './debian-packages.js';
import { folderWith, freePort, outputOf, requirePausing } from './programs.js';
import { giveTo, runAs, spawnAs, unprivilegedAccount } from './unprivileged.js';

const DEBIAN_VERSIONS = '/usr/lib/postgresql';
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=off',
  'max_connections=200',
  'autovacuum=off',
];

/** A Postgres server for one test file. */
export interface PostgresServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Kills the server without a shutdown, as a crash does: unlogged tables are empty afterwards. */
  stop(): Promise<void>;
  /** Starts the server again on the same port. */
  restart(): Promise<void>;
  /** Stops all processes of the server with SIGSTOP: connections stay open without any response. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** URL of a Postgres: `POSTGRES_URL` if set, else a newly started server. */
export async function sharedPostgresUrl(): Promise<{ url: string } & AsyncDisposable> {
  const url = process.env['POSTGRES_URL'];
  return url === undefined ? startPostgres() : { url, [Symbol.asyncDispose]: async () => undefined };
}

/** Starts a server on a free loopback port, with a user `postgres` that needs no password. */
export async function startPostgres(): Promise<PostgresServer> {
  const binaries = await foundOrInstalled(
    findBinaries,
    'postgresql',
    'The tests need a Postgres: install it (apt-get install postgresql, brew install postgresql), put its bin folder on PATH, or set POSTGRES_URL.',
  );
  const account = await unprivilegedAccount();
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'postgres-'));
  await giveTo(account, directory);
  const data = join(directory, 'data');
  const initial = ['--no-sync', '-E', 'UTF8', '--locale=C', '-U', 'postgres', '-A', 'trust', '-D', data];
  await runAs(account, join(binaries, 'initdb'), initial, directory);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const options = ['-D', data, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])];
  const launch = () => spawnAs(account, join(binaries, 'postgres'), options, directory);

  let server = launch();
  await ready(url, server);
  const signalAll = async (signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> => {
    server.kill(signal);
    const children = (await outputOf('pgrep', ['-P', String(server.pid)])) ?? '';
    for (const pid of children.split('\n').filter((line) => line !== '')) sendSignal(Number(pid), signal);
  };
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    await signalAll('SIGCONT');
    server.kill('SIGQUIT');
    await exited;
  };
  return {
    url,
    port,
    stop,
    async restart() {
      await stop();
      server = launch();
      await ready(url, server);
    },
    async pause() {
      requirePausing();
      await signalAll('SIGSTOP');
    },
    resume: () => signalAll('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Folder of `postgres` and `initdb`: a folder of PATH, or the newest version of Debian's package. */
async function findBinaries(): Promise<string | undefined> {
  const versions = await readdir(DEBIAN_VERSIONS).catch(() => []);
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  return folderWith(
    ['postgres', 'initdb'],
    newestFirst.map((version) => join(DEBIAN_VERSIONS, version, 'bin')),
  );
}

/** Waits until the server answers a query. */
export async function ready(url: string, server: { readonly exitCode: number | null }): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return;
    } catch {
      if (server.exitCode !== null)
        throw new Error(`The server exited at once with code ${server.exitCode}.`);
      await sleep(20);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function sendSignal(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // A child may have ended since.
  }
}
