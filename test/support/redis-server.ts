import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

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
  pause(): void;
  resume(): void;
}

/** The address of a Redis to share: the one that `REDIS_URL` names, else one that is started. */
export async function sharedRedisUrl(): Promise<{ url: string } & AsyncDisposable> {
  const url = process.env['REDIS_URL'];
  return url === undefined ? startRedis() : { url, [Symbol.asyncDispose]: async () => undefined };
}

/** Starts a server on a free port of loopback. */
export async function startRedis(): Promise<RedisServer> {
  const command = await findServer();
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
  let server = await launch(command, options, port);
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    stop,
    async restart() {
      await stop();
      server = await launch(command, options, port);
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

type Command = readonly [program: string, ...before: string[]];

/** A server on PATH, else in Docker, else one that is installed where that may be done. */
async function findServer(): Promise<Command> {
  const found = (await onPath()) ?? (await inDocker());
  if (found !== undefined) return found;
  await install();
  const installed = await onPath();
  if (installed !== undefined) return installed;
  throw new Error(
    'The tests need a Redis: install redis-server or valkey-server (apt-get install redis-server, brew install redis), start Docker, or set REDIS_URL.',
  );
}

async function onPath(): Promise<Command | undefined> {
  for (const program of ['redis-server', 'valkey-server']) {
    if (await succeeds(program, ['--version'])) return [program];
  }
  return undefined;
}

async function inDocker(): Promise<Command | undefined> {
  if (!(await succeeds('docker', ['info']))) return undefined;
  return ['docker', 'run', '--rm', '--network', 'host', 'valkey/valkey:8-alpine', 'valkey-server'];
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

async function launch([program, ...before]: Command, options: string[], port: number): Promise<ChildProcess> {
  const server = spawn(program, [...before, ...options], { stdio: 'ignore' });
  while (!(await answers(port))) {
    if (server.exitCode !== null) throw new Error(`${program} ended at once, with ${server.exitCode}.`);
    await sleep(20);
  }
  return server;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString().startsWith('+PONG');
  } catch {
    return false;
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
