import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown } from 'node:fs/promises';
import { outputOf } from './programs.js';

/** User for servers that refuse to run as root; empty if the tests do not run as root. */
export type Account = { readonly uid: number; readonly gid: number } | Record<string, never>;

const USERS = ['postgres', 'nobody'];

export async function unprivilegedAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  for (const user of USERS) {
    const uid = Number(await outputOf('id', ['-u', user]));
    const gid = Number(await outputOf('id', ['-g', user]));
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  throw new Error(`The tests run as root and find none of these users for a server: ${USERS.join(', ')}.`);
}

/** Gives a file or folder to the account. */
export async function giveTo(account: Account, path: string): Promise<void> {
  if (account.uid !== undefined) await chown(path, account.uid, account.gid);
}

/** Starts a program as the account, in the C locale and in a folder that the account may read. */
export function spawnAs(account: Account, program: string, options: string[], cwd: string): ChildProcess {
  return spawn(program, options, { ...account, cwd, stdio: 'ignore', env: { ...process.env, LC_ALL: 'C' } });
}

/** Runs a program to its end as the account. */
export async function runAs(
  account: Account,
  program: string,
  options: string[],
  cwd: string,
): Promise<void> {
  const [code] = (await once(spawnAs(account, program, options, cwd), 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with code ${code}.`);
}
