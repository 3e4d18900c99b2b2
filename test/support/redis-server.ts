import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const INSTALL_ATTEMPTS = 5;
const IMAGE = 'valkey/valkey:8-alpine';

const run = promisify(execFile);

/** A Redis or Valkey of this test's own. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Ends it, as a crash would. */
  stop(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>;
  /** Makes it hang: connections stay open, and nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** The address of a Redis to share: the one that `REDIS_URL` names, else one that is started. */
export async function sharedRedisUrl(): Promise<{ url: string } & AsyncDisposable> {
  const url = process.env['REDIS_URL'];
  return url === undefined ? startRedis() : { url, [Symbol.asyncDispose]: async () => undefined };
}

/** Starts a server on a free port of loopback; as a cluster of one, if that is wanted. */
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
      await say(port, 'CLUSTER ADDSLOTSRANGE 0 16383');
      while (!(await say(port, 'CLUSTER INFO'))?.includes('cluster_state:ok')) await sleep(20);
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
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A running server, and how signals reach it. */
interface Launched {
  readonly process: ChildProcess;
  readonly signal: (name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT') => Promise<void>;
}

type Launcher = (options: string[]) => Launched;

/** A server on PATH, else in Docker, else one that is installed where that may be done. */
async function findLauncher(): Promise<Launcher> {
  const found = (await onPath()) ?? (await inDocker());
  if (found !== undefined) return found;
  for (let attempt = 1; attempt <= INSTALL_ATTEMPTS; attempt += 1) {
    await install();
    const installed = await onPath();
    if (installed !== undefined) return installed;
    // Another test file may be installing it: only one can.
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

async function succeeds(program: string, options: string[]): Promise<boolean> {
  try {
    await run(program, options);
    return true;
  } catch {
    return false;
  }
}

async function ready(server: ChildProcess, port: number): Promise<void> {
  while (!(await say(port, 'PING'))?.startsWith('+PONG')) {
    if (server.exitCode !== null) throw new Error(`The server ended at once, with ${server.exitCode}.`);
    await sleep(20);
  }
}

/** Says one line to the server. The answer is what it says first, if it is there at all. */
async function say(port: number, line: string): Promise<string | undefined> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(`${line}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString();
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
