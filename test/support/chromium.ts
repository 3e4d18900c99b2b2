import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser } from 'playwright-core';
import { folderWith, outputOf } from './programs.js';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const INSTALL_ATTEMPTS = 5;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium without a window, with a new profile; installs Chromium if permitted. */
export async function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await findChromium(), args: FLAGS });
}

async function findChromium(): Promise<string> {
  const given = process.env['CHROMIUM'];
  if (given !== undefined) return given;
  for (let attempt = 0; attempt <= INSTALL_ATTEMPTS; attempt += 1) {
    const found = await onPath();
    if (found !== undefined) return found;
    if (attempt > 0) await sleep(2_000); // Another test file may hold the lock of the package manager.
    await install();
  }
  throw new Error(
    'The tests need Chromium: install it (apt-get install chromium, brew install --cask chromium), or set CHROMIUM to its path.',
  );
}

async function onPath(): Promise<string | undefined> {
  for (const program of PROGRAMS) {
    const folder = await folderWith([program]);
    if (folder !== undefined) return join(folder, program);
  }
  return undefined;
}

async function install(): Promise<void> {
  if (process.getuid?.() === 0 && (await outputOf('apt-get', ['--version'])) !== undefined) {
    await outputOf('apt-get', ['update', '-qq']);
    await outputOf('apt-get', ['install', '-y', '-qq', 'chromium']);
  } else if ((await outputOf('brew', ['--version'])) !== undefined) {
    await outputOf('brew', ['install', '--cask', 'chromium']);
  }
}
