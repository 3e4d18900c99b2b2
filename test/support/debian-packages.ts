import { setTimeout as sleep } from 'node:timers/promises';
import { succeeds } from './programs.js';

const INSTALL_ATTEMPTS = 5;

/** Finds a program, or installs its Debian package where that is permitted. */
export async function foundOrInstalled(
  find: () => Promise<string | undefined>,
  debianPackage: string,
  advice: string,
): Promise<string> {
  const found = await find();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !(await succeeds('apt-get', ['--version']))) throw new Error(advice);
  for (let attempt = 1; attempt <= INSTALL_ATTEMPTS; attempt += 1) {
    await succeeds('apt-get', ['update', '-qq']);
    await succeeds('apt-get', ['install', '-y', '-qq', debianPackage]);
    const installed = await find();
    if (installed !== undefined) return installed;
    // Another test file may hold the lock of the package manager.
    await sleep(2_000);
  }
  throw new Error(advice);
}
