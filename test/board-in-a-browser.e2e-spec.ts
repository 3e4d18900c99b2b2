import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { TokenManager } from 'nestjs-client-credentials/core';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { FRAMEWORKS, openExpress } from './support/board-applications.js';
import { startChromium } from './support/chromium.js';
import { FakeClock } from './support/fake-clock.js';
import { textBelowContrast } from './support/text-contrast.js';

const MINUTE_MS = 60_000;
const HOSTILE = `<img src=x onerror="document.title='owned'">`;

let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
}, 300_000);

afterAll(() => browser?.close());

/** A manager with a provider in each state, on a fake clock. */
interface Scene extends AsyncDisposable {
  readonly tokens: TokenManager;
  readonly server: AuthorizationServer;
  readonly clock: FakeClock;
}

async function openScene(): Promise<Scene> {
  const clock = new FakeClock();
  const server = await startAuthorizationServer({ clock, clientAuthentication: () => true });
  const config = { ...server.providerConfig, clientSecret: 'secret', tokenRequest: { attempts: 1 } };
  const tokens = new TokenManager({
    clock,
    providers: {
      fine: config,
      worn: config,
      broken: config,
      shops: { tokenUrl: server.tokenUrl, tenants: (tenant) => ({ ...config, clientId: tenant }) },
      unused: config,
    },
  });
  await tokens.source('worn').getToken();
  clock.advance(56 * MINUTE_MS);
  server.failNext(1, { status: 503, body: { error: 'temporarily_unavailable' } });
  await tokens.source('worn').getToken();
  while (tokens.snapshot().some(({ state }) => state === 'refreshing'))
    await new Promise((resolve) => void setImmediate(resolve));
  await tokens.source('fine').getToken();
  await tokens.source('fine').getToken();
  server.failNext(1, { status: 401, body: { error: 'invalid_client' } });
  await tokens
    .source('broken')
    .getToken()
    .catch(() => undefined);
  for (let shop = 1; shop <= 45; shop += 1)
    await tokens
      .source('shops')
      .forTenant(`shop-${String(shop).padStart(2, '0')}`)
      .getToken();
  return {
    tokens,
    server,
    clock,
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await server.close();
    },
  };
}

/** A page, and what went wrong in it. */
interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: string[];
}

async function openPage(address: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(address);
  await page.getByText('Live', { exact: true }).waitFor();
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

const laneOf = (page: Page, name: string): Locator =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
const widthOf = async (locator: Locator): Promise<number> => (await locator.boundingBox())?.width ?? NaN;
const eventually = async (isTrue: () => Promise<boolean>): Promise<void> => {
  while (!(await isTrue())) await new Promise((resolve) => void setTimeout(resolve, 50));
};

describe.each(FRAMEWORKS)('the board’s page in %s', (_, open) => {
  it.each(['/tokens', '/tokens/'])('works at %s, and the browser complains of nothing', async (path) => {
    await using scene = await openScene();
    await using app = await open(scene.tokens);
    await using opened = await openPage(`${app.url}${path}`);
    const { page, complaints } = opened;

    await page.getByRole('heading', { name: 'unused' }).waitFor();
    await page.getByText('worn', { exact: true }).first().waitFor();

    for (const [name, state] of Object.entries({
      fine: 'fresh',
      worn: 'degraded',
      broken: 'failing',
      shops: 'fresh',
      unused: 'empty',
    }))
      expect(await laneOf(page, name).getByText(state, { exact: true }).isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });
});

describe('the board’s page', () => {
  it('shows the last error with its advice, what was saved, and the events', async () => {
    await using scene = await openScene();
    await using app = await openExpress(scene.tokens);
    await using opened = await openPage(`${app.url}/tokens`);
    const { page } = opened;

    const broken = await laneOf(page, 'broken').innerText();
    const fine = await laneOf(page, 'fine').innerText();
    await scene.tokens.source('unused').getToken();
    const line = page.getByRole('region', { name: 'Latest events' }).getByRole('listitem').first();
    await line.waitFor();

    expect(broken).toContain('token_request_rejected');
    expect(broken).toContain('Check clientId and clientSecret');
    expect(broken).toMatch(/no token, next attempt in \d+ s/);
    expect(fine.replaceAll(/\s+/g, ' ')).toMatch(/token requests 1 calls without one 1 failed requests 0/);
    expect(await line.innerText()).toMatch(/\d\d:\d\d:\d\d\s+unused\s+Token acquired in \d+ ms/);
    expect(await page.title()).toBe('1 failing · Tokens');
  });

  it('has a bar that runs down with the clock, past the renewal, to the end', async () => {
    await using scene = await openScene();
    await using app = await openExpress(scene.tokens);
    await using opened = await openPage(`${app.url}/tokens`, { reducedMotion: 'reduce' });
    const lane = laneOf(opened.page, 'fine');
    const share = async (): Promise<number> =>
      (await widthOf(lane.locator('.fill'))) / (await widthOf(lane.locator('.track')));

    const full = await share();
    scene.clock.advance(30 * MINUTE_MS);
    await eventually(async () => (await share()) < 0.6);
    const half = await share();
    const atHalf = await lane.innerText();
    scene.clock.advance(27 * MINUTE_MS);
    await eventually(async () => (await share()) < 0.1);
    const late = await lane.innerText();
    scene.clock.advance(5 * MINUTE_MS);
    await eventually(async () => (await share()) === 0);

    expect(full).toBeGreaterThan(0.99);
    expect(half).toBeCloseTo(0.5, 1);
    expect(atHalf).toMatch(/renews in 2\d min \d\d s\s+ends in (30 min 00|29 min 5\d) s/);
    expect(late).toMatch(/renews at the next call\s+ends in (3 min 00|2 min 5\d) s/);
  });

  it.each(['light', 'dark'] as const)(
    'has readable text in the %s scheme, and tells states by word and colour',
    async (colorScheme) => {
      await using scene = await openScene();
      await using app = await openExpress(scene.tokens);
      await using opened = await openPage(`${app.url}/tokens`, { colorScheme });
      const { page } = opened;
      const styleOf = (selector: string, property: string): Promise<string> =>
        page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${property}`);
      await laneOf(page, 'shops').getByRole('button', { name: 'Tenants (45) of shops' }).click();
      await page.getByText('1 to 20 of 45').waitFor();

      expect(await textBelowContrast(page, 4.5)).toEqual([]);
      const [red = 0] = /\d+/.exec(await styleOf('body', 'backgroundColor')) ?? [];
      expect(Number(red) > 128).toBe(colorScheme === 'light');
      const tones = await Promise.all(
        ['fresh', 'degraded', 'failing', 'empty'].map((state) =>
          styleOf(`.lane[data-state=${state}] .state`, 'color'),
        ),
      );
      expect(new Set(tones).size).toBe(4);
    },
  );

  it('can be used with the keyboard alone, in the order of the page, with a visible focus', async () => {
    await using scene = await openScene();
    await using app = await openExpress(scene.tokens);
    await scene.tokens.source('unused').getToken();
    await using opened = await openPage(`${app.url}/tokens`);
    const { page } = opened;
    await page.getByRole('region', { name: 'Latest events' }).waitFor();

    const order: string[] = [];
    const rings: string[] = [];
    for (let stop = 0; stop < 4; stop += 1) {
      await page.keyboard.press('Tab');
      order.push(
        await page.evaluate<string>(
          `document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`,
        ),
      );
      rings.push(
        await page.evaluate<string>(
          `(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(getComputedStyle(document.activeElement))`,
        ),
      );
    }
    expect(order).toEqual(['Skip to the providers', 'Pause', 'Tenants (45) of shops', 'Latest events']);
    expect(new Set(rings)).toEqual(new Set(['solid 2px']));

    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByText('1 to 20 of 45').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('SHOP-4');
    await page.getByText('1 to 6 of 6').waitFor();
    expect(await page.getByText('shop-45', { exact: true }).isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
  });

  it('says to a screen reader what it shows: landmarks, headings, bars with their time in words', async () => {
    await using scene = await openScene();
    await using app = await openExpress(scene.tokens);
    await using opened = await openPage(`${app.url}/tokens`);
    const { page } = opened;
    const bar = page.getByRole('progressbar', { name: 'Life left of the token of fine', exact: true });

    const tree = await page.locator('body').ariaSnapshot();

    for (const part of [
      'banner',
      'main',
      'region "Providers"',
      'region "Events"',
      'heading "Tokens" [level=1]',
    ])
      expect(tree).toContain(part);
    for (const name of ['fine', 'worn', 'broken', 'shops', 'unused'])
      expect(tree).toContain(`heading "${name}" [level=3]`);
    expect(await bar.getAttribute('aria-valuetext')).toMatch(
      /^renews in about \d+ minutes, ends in about 60 minutes$/,
    );
    expect(await bar.getAttribute('aria-valuenow')).toBe('100');
    await scene.tokens.source('unused').getToken();
    await eventually(async () =>
      /unused: Token acquired/.test((await page.locator('[aria-live=polite]').textContent()) ?? ''),
    );
    expect(await page.getByRole('region', { name: 'Latest events' }).isVisible()).toBe(true);
  });

  it('fits a phone of 320 px, whatever the names are', async () => {
    await using scene = await openScene();
    scene.tokens.add('n'.repeat(120), { ...scene.server.providerConfig });
    await using app = await openExpress(scene.tokens);
    await using opened = await openPage(`${app.url}/tokens`, { viewport: { width: 320, height: 640 } });
    const { page } = opened;
    await scene.tokens.source('shops').forTenant('t'.repeat(120)).getToken();
    await laneOf(page, 'shops')
      .getByRole('button', { name: /Tenants/ })
      .click();
    await page.getByText('1 to 20 of 46').waitFor();

    const width = await page.evaluate<number>('document.documentElement.scrollWidth');

    expect(width).toBe(320);
    for (const button of await page.getByRole('button').all())
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(24);
  });

  it('shows names and messages that hold HTML as they are', async () => {
    await using scene = await openScene();
    scene.tokens.add(HOSTILE, { ...scene.server.providerConfig, tokenRequest: { attempts: 1 } });
    await using app = await openExpress(scene.tokens);
    await using opened = await openPage(`${app.url}/tokens`);
    const { page, complaints } = opened;
    const body = { error: 'invalid_scope', error_description: HOSTILE };
    scene.server.failNext(1, { status: 400, body });
    await scene.tokens
      .source(HOSTILE)
      .getToken()
      .catch(() => undefined);
    await scene.tokens.source('shops').forTenant(HOSTILE).getToken();
    await laneOf(page, 'shops')
      .getByRole('button', { name: /Tenants/ })
      .click();
    await laneOf(page, 'shops').getByText(HOSTILE).waitFor();
    await page.getByRole('heading', { name: HOSTILE }).waitFor();
    await page.getByRole('region', { name: 'Latest events' }).getByText(HOSTILE).first().waitFor();

    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
    expect(complaints).toEqual([]);
  });

  it('stands still while it is paused, and moves nothing for who wants no motion', async () => {
    await using scene = await openScene();
    await using app = await openExpress(scene.tokens);
    await using opened = await openPage(`${app.url}/tokens`, { reducedMotion: 'reduce' });
    const { page } = opened;
    const pause = page.getByRole('button', { name: 'Pause' });
    const fill = laneOf(page, 'fine').locator('.fill');

    await pause.click();
    await page.getByText('Paused', { exact: true }).waitFor();
    scene.clock.advance(30 * MINUTE_MS);
    const before = await widthOf(fill);
    await page.waitForTimeout(1_500);
    const after = await widthOf(fill);
    await pause.click();
    await eventually(async () => (await widthOf(fill)) < after * 0.6);

    expect(after).toBe(before);
    expect(
      await page.evaluate<string>(
        "getComputedStyle(document.querySelector('.fill')).transitionDuration + getComputedStyle(document.querySelector('.fill')).transitionProperty",
      ),
    ).toBe('0snone');
  });

  it('connects again when the server is back, and says so meanwhile', async () => {
    await using scene = await openScene();
    const first = await openExpress(scene.tokens);
    await using opened = await openPage(`${first.url}/tokens`);
    const { page } = opened;

    await first.close();
    await page.getByText('Reconnecting', { exact: true }).waitFor();
    await scene.tokens.source('unused').getToken();
    await using second = await openExpress(scene.tokens, {}, Number(new URL(first.url).port));
    await page.getByText('Live', { exact: true }).waitFor();

    expect(second.url).toBe(first.url);
    await laneOf(page, 'unused').getByText('fresh', { exact: true }).waitFor();
  });

  it('says that the manager is closed', async () => {
    await using scene = await openScene();
    await using app = await openExpress(scene.tokens);
    await using opened = await openPage(`${app.url}/tokens`);

    await scene.tokens.close();

    const word = opened.page.getByText('Manager closed', { exact: true });
    await word.waitFor();
    expect(await laneOf(opened.page, 'fine').isVisible()).toBe(true);
  });
});
