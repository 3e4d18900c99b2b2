import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foundOrInstalled } from './debian-packages.js';
import { ready } from './postgres-server.js';
import { folderWith, freePort } from './programs.js';
import { giveTo, spawnAs, unprivilegedAccount } from './unprivileged.js';

/** A PgBouncer in transaction mode, whose clients outnumber its server connections. */
export interface PgBouncer extends AsyncDisposable {
  readonly url: string;
}

export async function startPgBouncer(postgresUrl: string): Promise<PgBouncer> {
  const binaries = await foundOrInstalled(
    () => folderWith(['pgbouncer'], ['/usr/sbin']),
    'pgbouncer',
    'The tests need PgBouncer: install it (apt-get install pgbouncer, brew install pgbouncer).',
  );
  const account = await unprivilegedAccount();
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
  const file = join(directory, 'pgbouncer.ini');
  await writeFile(file, configuration(new URL(postgresUrl), port));
  await giveTo(account, directory);
  await giveTo(account, file);
  const server = spawnAs(account, join(binaries, 'pgbouncer'), ['-q', file], directory);
  const url = `postgres://anyone@127.0.0.1:${port}${new URL(postgresUrl).pathname}`;
  await ready(url, server);
  return {
    url,
    async [Symbol.asyncDispose]() {
      const exited = once(server, 'exit');
      server.kill('SIGKILL');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function configuration({ hostname, port, username, password }: URL, listenPort: number): string {
  const secret = password === '' ? '' : ` password=${decodeURIComponent(password)}`;
  return `[databases]
* = host=${hostname} port=${port === '' ? 5432 : port} user=${decodeURIComponent(username)}${secret}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
`;
}
