import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether a program exists and ends with code 0. */
export async function succeeds(program: string, options: readonly string[]): Promise<boolean> {
  return (await outputOf(program, options)) !== undefined;
}

/** Standard output of a program; `undefined` if it fails or does not exist. */
export async function outputOf(program: string, options: readonly string[]): Promise<string | undefined> {
  try {
    return (await run(program, [...options])).stdout;
  } catch {
    return undefined;
  }
}

/** The first of these folders, or of PATH, that has all of the programs. */
export async function folderWith(
  programs: readonly string[],
  folders: readonly string[] = [],
): Promise<string | undefined> {
  const onPath = (process.env['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  for (const folder of [...onPath, ...folders]) {
    const found = await Promise.allSettled(
      programs.map((program) => access(join(folder, program), constants.X_OK)),
    );
    if (found.every(({ status }) => status === 'fulfilled')) return folder;
  }
  return undefined;
}

/** A port of loopback on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
