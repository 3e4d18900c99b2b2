import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, requirePausing, succeeds } from './programs.js';

const INSTALL_ATTEMPTS = 5;
const IMAGE = 'valkey/valkey:8-alpine';

/** A Redis or Valkey server for one test. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Kills the server with SIGKILL. */
  stop(): Promise<void>;
  /** Starts the server again, empty, on the same port. */
  restart(): Promise<void>;
  /** Stops the process with SIGSTOP: connections stay open without any response. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** URL of a Redis: `REDIS_URL` if set, else a newly started server. */
export async function sharedRedisUrl(): Promise<{ url: string } & AsyncDisposable> {
  const url = process.env['REDIS_URL'];
  return url === undefined ? startRedis() : { url, [Symbol.asyncDispose]: async () => undefined };
}

/** Starts a server on a free loopback port, optionally as a cluster of one node. */
export async function startRedis({ isCluster = false } = {}): Promise<RedisServer> {
  const launcher = await findLauncher();
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'redis-'));
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    directory,
  ];
  if (isCluster) options.push('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
  const start = async (): Promise<Launched> => {
    const launched = launcher(options);
    await ready(launched.process, port);
    if (isCluster) {
      await sendLine(port, 'CLUSTER ADDSLOTSRANGE 0 16383');
      while (!(await sendLine(port, 'CLUSTER INFO'))?.includes('cluster_state:ok')) await sleep(20);
    }
    return launched;
  };
  let server = await start();
  const stop = async (): Promise<void> => {
    if (server.process.exitCode !== null || server.process.signalCode !== null) return;
    const exited = once(server.process, 'exit');
    await server.signal('SIGKILL');
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    stop,
    async restart() {
      await stop();
      server = await start();
    },
    async pause() {
      requirePausing();
      await server.signal('SIGSTOP');
    },
    resume: () => server.signal('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A running server and the function that signals its process. */
interface Launched {
  readonly process: ChildProcess;
  readonly signal: (name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT') => Promise<void>;
}

type Launcher = (options: string[]) => Launched;

/** Finds a server on PATH or in Docker, or installs one if permitted. */
async function findLauncher(): Promise<Launcher> {
  const found = (await onPath()) ?? (await inDocker());
  if (found !== undefined) return found;
  for (let attempt = 1; attempt <= INSTALL_ATTEMPTS; attempt += 1) {
    await install();
    const installed = await onPath();
    if (installed !== undefined) return installed;
    // Another test file may hold the lock of the package manager.
    await sleep(2_000);
  }
  throw new Error(
    'The tests need a Redis: install redis-server or valkey-server (apt-get install redis-server, brew install redis), start Docker, or set REDIS_URL.',
  );
}

async function onPath(): Promise<Launcher | undefined> {
  for (const program of ['redis-server', 'valkey-server']) {
    if (!(await succeeds(program, ['--version']))) continue;
    return (options) => {
      const child = spawn(program, options, { stdio: 'ignore' });
      return { process: child, signal: async (name) => void child.kill(name) };
    };
  }
  return undefined;
}

async function inDocker(): Promise<Launcher | undefined> {
  if (!(await succeeds('docker', ['info']))) return undefined;
  return (options) => {
    const name = `client-credentials-${randomUUID()}`;
    const where = options.indexOf('--dir');
    const inside = options.with(where + 1, '/tmp');
    const child = spawn(
      'docker',
      ['run', '--rm', '--network', 'host', '--name', name, IMAGE, 'valkey-server', ...inside],
      {
        stdio: 'ignore',
      },
    );
    return {
      process: child,
      signal: async (signal) => void (await succeeds('docker', ['kill', '-s', signal, name])),
    };
  };
}

async function install(): Promise<void> {
  if (process.getuid?.() === 0 && (await succeeds('apt-get', ['--version']))) {
    await succeeds('apt-get', ['update', '-qq']);
    await succeeds('apt-get', ['install', '-y', '-qq', 'redis-server']);
  } else if (await succeeds('brew', ['--version'])) {
    await succeeds('brew', ['install', 'redis']);
  }
}

async function ready(server: ChildProcess, port: number): Promise<void> {
  while (!(await sendLine(port, 'PING'))?.startsWith('+PONG')) {
    if (server.exitCode !== null) throw new Error(`The server exited at once with code ${server.exitCode}.`);
    await sleep(20);
  }
}

/** Sends one line; returns the first reply, or `undefined` without a connection. */
async function sendLine(port: number, line: string): Promise<string | undefined> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(`${line}\r\n`);
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return reply.toString();
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
