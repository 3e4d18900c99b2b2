import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SUFFIX = process.platform === 'win32' ? '.exe' : '';

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

/** The variables without which no program runs: PATH, the folder for temporary files, and what Windows needs for sockets. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const needed = ['PATH', 'TMPDIR', 'TEMP', 'SystemRoot'];
  return Object.fromEntries(
    needed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Throws on Windows, where a process cannot be stopped and go on later. */
export function requirePausing(): void {
  if (process.platform === 'win32')
    throw new Error(
      'The test pauses a process with SIGSTOP, which Windows does not have: run it on Linux or macOS.',
    );
}

/** The first of these folders, or of PATH, that has all of the programs. */
export async function folderWith(
  programs: readonly string[],
  folders: readonly string[] = [],
): Promise<string | undefined> {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...onPath, ...folders]) {
    const found = await Promise.allSettled(
      programs.map((program) => access(join(folder, `${program}${SUFFIX}`), constants.X_OK)),
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
