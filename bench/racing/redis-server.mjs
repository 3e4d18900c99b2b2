import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { createClient } from 'redis';

const PROGRAMS = ['redis-server', 'valkey-server'];

/** Finds a Redis: `REDIS_URL`, or a server program on PATH; `undefined` if there is none. */
export function availableRedis() {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL };
  const program = PROGRAMS.find((name) => spawnSync(name, ['--version']).status === 0);
  return program && { program };
}

/** Starts a Redis that can be paused, or returns the one of `REDIS_URL`, which cannot. */
export async function startRedis({ url, program }) {
  if (url !== undefined) return { url, stop: () => undefined };
  const port = await freePort();
  const child = spawn(program, ['--port', String(port), '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
  const stop = () => child.kill('SIGKILL');
  process.on('exit', stop);
  const address = `redis://127.0.0.1:${port}`;
  const client = await connectRedis(address);
  await client.close();
  return { url: address, stop, pause: () => child.kill('SIGSTOP'), resume: () => child.kill('SIGCONT') };
}

/** Connects a client, with retries until the server is up. */
export async function connectRedis(url) {
  const client = createClient({ url, socket: { reconnectStrategy: 20 } });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function freePort() {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
