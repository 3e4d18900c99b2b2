import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { SteadyCalls } from '../sample-app/src/controls/steady-calls.js';
import { createDesk } from '../sample-app/src/desk-application.js';
import { startChromium } from './support/chromium.js';
import { textBelowContrast } from './support/text-contrast.js';

let browser: Browser;
let desk: INestApplication;
let url: string;

beforeAll(async () => {
  browser = await startChromium();
  desk = await createDesk({ providers: undefined, shared: undefined }, []);
  await desk.listen(0, '127.0.0.1');
  desk.get(SteadyCalls).start();
  const { port } = (desk.getHttpServer() as Server).address() as AddressInfo;
  url = `http://127.0.0.1:${port}/`;
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await desk?.close();
});

/** A page, and what the browser complained of. */
interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: string[];
}

async function openPage(options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

const contract = { name: 'contract.txt', mimeType: 'text/plain', buffer: Buffer.from('The parties agree.') };

describe('the page of the desk, in a browser', () => {
  it('takes a document and a press of a button without leaving the page, while the bars run', async () => {
    await using opened = await openPage({ reducedMotion: 'reduce' });
    const { page, complaints } = opened;
    await page.getByText('Live', { exact: true }).waitFor();

    await page.getByLabel(/Drop documents here/).setInputFiles(contract);
    await page.getByLabel('Tenant', { exact: true }).selectOption('globex');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('contract.txt, of globex: done').waitFor();
    await page.getByRole('button', { name: 'Let 50 callers start cold' }).click();
    await page.getByRole('status').getByText('50 calls, 1 token request').waitFor();
    const widths = new Set<string>();
    while (widths.size < 3) {
      widths.add(await page.evaluate<string>(`document.querySelector('.lane .fill').style.width`));
      await page.waitForTimeout(200);
    }

    expect(await page.getByText('sent to desk@globex.example for signature').isVisible()).toBe(true);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Document desk');
    expect(complaints).toEqual([]);
  });

  it('works without script: a form leads back to the page, which has its sentence', async () => {
    await using opened = await openPage({ javaScriptEnabled: false });
    const { page } = opened;

    await page.getByRole('button', { name: 'Revoke all tokens' }).click();
    await page.getByRole('status').getByText('all tokens revoked: 30 calls').waitFor();
    await page.getByLabel(/Drop documents here/).setInputFiles(contract);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('"contract.txt" of acme').waitFor();

    expect(page.url()).toBe(url);
    // Chromium shows no such element where scripts are off by emulation.
    expect(await page.content()).toContain('Without script, the forms work');
  });

  it('can be used with the keyboard alone, and leaves the focus where it was', async () => {
    await using opened = await openPage();
    const { page } = opened;
    await page.getByText('Live', { exact: true }).waitFor();
    const focused = (): Promise<string> =>
      page.evaluate<string>(
        `(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()`,
      );

    const order: string[] = [];
    for (let stop = 0; stop < 8; stop += 1) {
      await page.keyboard.press('Tab');
      order.push(await focused());
    }
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.locator('#outcome-cold-start', { hasText: '50 calls, 1 token request' }).waitFor();

    expect(order).toEqual([
      'Skip to the providers',
      'Pause',
      expect.stringMatching(/^Drop documents here/),
      'Tenant',
      'Send',
      'Let 50 callers start cold',
      'Revoke all tokens',
      'Answer 503 for 10 s',
    ]);
    expect(await focused()).toBe('Let 50 callers start cold');
  });

  it.each(['light', 'dark'] as const)(
    'has readable text in the %s scheme, and fits a phone of 320 px',
    async (colorScheme) => {
      await using opened = await openPage({ colorScheme, viewport: { width: 320, height: 640 } });
      const { page, complaints } = opened;
      await page.getByText('Live', { exact: true }).waitFor();
      await page
        .getByLabel(/Drop documents here/)
        .setInputFiles({ ...contract, name: `${'n'.repeat(150)}.txt` });
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText(/nnn\.txt, of acme: done/).waitFor();

      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(320);
      expect(await textBelowContrast(page, 4.5)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );
});
