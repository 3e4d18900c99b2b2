// Makes the images of the README: a board with one provider in each state, light and dark. Needs a build, and Chromium on PATH or at CHROMIUM.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { tokenBoard } from 'nestjs-client-credentials/board';
import { TokenManager } from 'nestjs-client-credentials/core';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';

const MINUTE_MS = 60_000;
const MAX_BYTES = 150_000;
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];
const folder = join(import.meta.dirname, '..', 'docs', 'images');

let at = new Date(2030, 0, 7, 9, 26, 0).getTime();
const clock = { now: () => at, monotonic: () => at };

const server = await startAuthorizationServer({ clock, clientAuthentication: 'client_secret_basic' });
const strict = await startAuthorizationServer({ clock, clientSecret: 'another' });
const flaky = await startAuthorizationServer({ clock });
const slow = await startAuthorizationServer({ clock });
const shops = await startAuthorizationServer({ clock, clientAuthentication: () => true });
const tokens = new TokenManager({
  clock,
  providers: {
    signeasy: { ...server.providerConfig, scope: 'documents' },
    'resistant-documents': slow.providerConfig,
    billing: { ...flaky.providerConfig, scope: 'invoices.read', tokenRequest: { attempts: 1 } },
    archive: { ...strict.providerConfig, clientId: 'archive', clientSecret: 'of-last-year' },
    storefront: {
      tokenUrl: shops.tokenUrl,
      api: { baseURL: shops.apiUrl },
      tenants: (tenant) => ({ clientId: tenant, clientSecret: 'shop', tokenRequest: { attempts: 1 } }),
    },
    fyma: server.providerConfig,
  },
});
const board = tokenBoard(tokens);
const web = createServer((request, response) =>
  board(request, response, () => response.writeHead(404).end()),
);
await new Promise((resolve) => web.listen(0, '127.0.0.1', resolve));

async function call(source, times) {
  for (let count = 0; count < times; count += 1) await source.getToken().catch(() => undefined);
}

const source = (name) => tokens.source(name);
await call(source('billing'), 2_310);
await call(source('resistant-documents'), 846);
at += 15 * MINUTE_MS;
for (let shop = 1; shop <= 312; shop += 1) {
  await call(source('storefront').forTenant(`shop-${String(shop).padStart(3, '0')}`), 1 + (shop % 40));
  at += 400;
}
at += 20 * MINUTE_MS;
await call(source('signeasy'), 12_841);
at += 18 * MINUTE_MS + 21_000;
await call(source('archive'), 1);
at += 4_000;
flaky.failNext(1, { status: 503, body: { error: 'temporarily_unavailable' } });
await call(source('billing'), 12);
at += 3_000;
slow.failNext(1, 'hang');
await call(source('resistant-documents'), 1);

const executablePath = process.env.CHROMIUM ?? PROGRAMS.flatMap(onPath).find((path) => existsSync(path));
if (executablePath === undefined) throw new Error('Install Chromium, or set CHROMIUM to its path.');
const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
mkdirSync(folder, { recursive: true });
const [, , only] = process.argv;
for (const colorScheme of ['light', 'dark']) {
  const page = await browser.newPage({
    viewport: { width: 960, height: 900 },
    deviceScaleFactor: 1,
    colorScheme,
    reducedMotion: 'reduce',
  });
  await page.goto(`http://127.0.0.1:${web.address().port}/`);
  await page.locator('.line').first().waitFor();
  await page.waitForTimeout(1200);
  const path = join(folder, `board-${colorScheme}.png`);
  const { y } = await page.locator('#log').boundingBox();
  await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width: 960, height: y + 76 } });
  const { size } = statSync(path);
  console.log(`${path}: ${size} bytes`);
  if (size >= MAX_BYTES) process.exitCode = 1;
  if (only !== undefined) {
    await page.setViewportSize({ width: 320, height: 1600 });
    await page.locator('.toggle:visible').first().click();
    await page.waitForTimeout(800);
    await page.screenshot({ path: join(only, `phone-${colorScheme}.png`), fullPage: true });
    await page.setViewportSize({ width: 1080, height: 900 });
    await page.screenshot({ path: join(only, `open-${colorScheme}.png`), fullPage: true });
  }
  await page.close();
}
await browser.close();
await tokens.close();
for (const each of [server, strict, flaky, slow, shops]) await each.close();
web.closeAllConnections();
web.close();

/** The places where PATH may have a program. */
function onPath(program) {
  return process.env.PATH.split(delimiter).map((each) => join(each, program));
}
