import { describe, expect, it } from '@jest/globals';
import { openDesk, type Desk } from './support/the-desk.js';
import { until } from './support/until.js';

interface Figures {
  readonly lifetimeSeconds: number;
  readonly lifetime: { expirySkewSeconds?: number; refreshAheadSeconds?: number };
  readonly stepMs: number;
  readonly steps: number;
}

/** Has a caller ask for the token at every step, and answers how long each token was in use, in seconds. */
async function intervalsOf({ lifetimeSeconds, lifetime, stepMs, steps }: Figures): Promise<number[]> {
  await using desk = await openDesk({ server: { lifetimeSeconds }, provider: { lifetime } });
  for (let step = 0; step < steps; step += 1) {
    const token = await desk.source.getToken();
    expect(token.expiresAt).toBeGreaterThan(desk.clock.now());
    await refreshed(desk);
    desk.clock.advance(stepMs);
  }
  const asked = desk.server.issued.map(({ issuedAt }) => issuedAt);
  return asked.slice(1).map((at, index) => (at - (asked[index] ?? 0)) / 1_000);
}

/** Waits for the refresh that a caller may have begun. */
async function refreshed(desk: Desk): Promise<void> {
  await until(() => desk.tokens.snapshot()[0]?.state !== 'refreshing');
}

const average = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

describe('a token in use all the time', () => {
  it('of 60 s with a skew of 30 s is renewed about every 24 s', async () => {
    const figures = { lifetimeSeconds: 60, lifetime: { expirySkewSeconds: 30 }, stepMs: 500, steps: 1_200 };

    const intervals = await intervalsOf(figures);

    expect(average(intervals)).toBeGreaterThan(22);
    expect(average(intervals)).toBeLessThan(27);
    expect(Math.min(...intervals)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...intervals)).toBeLessThanOrEqual(30);
  });

  it('of 3 s with a skew of 1.5 s is renewed about every 1.2 s', async () => {
    const figures = { lifetimeSeconds: 3, lifetime: { expirySkewSeconds: 1.5 }, stepMs: 25, steps: 1_200 };

    const intervals = await intervalsOf(figures);

    expect(average(intervals)).toBeGreaterThan(1.1);
    expect(average(intervals)).toBeLessThan(1.35);
    expect(Math.min(...intervals)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...intervals)).toBeLessThanOrEqual(1.5);
  });

  it.each([
    ['an hour, with the margins of the library', 3_600, {}, 3_300, 30],
    ['100 s, with the margins of the library', 100, {}, 80, 2],
    ['600 s, with half of it as skew', 600, { expirySkewSeconds: 300 }, 240, 30],
    ['10 s, with nine tenths of it as skew', 10, { expirySkewSeconds: 9 }, 0.5, 0.5],
  ])(
    'of %s is never renewed in the first half of the time in which it can be sent',
    async (_, lifetimeSeconds, lifetime, aboutSeconds, slack) => {
      const stepMs = (lifetimeSeconds * 1_000) / 400;

      const intervals = await intervalsOf({ lifetimeSeconds, lifetime, stepMs, steps: 800 });

      const skew = 'expirySkewSeconds' in lifetime ? lifetime.expirySkewSeconds : 0;
      expect(Math.min(...intervals)).toBeGreaterThanOrEqual((lifetimeSeconds - skew) / 2);
      expect(average(intervals)).toBeGreaterThan(aboutSeconds - slack);
    },
  );

  it('is renewed when the options say, and that is not jittered', async () => {
    const lifetime = { expirySkewSeconds: 10, refreshAheadSeconds: 40 };

    const intervals = await intervalsOf({ lifetimeSeconds: 100, lifetime, stepMs: 1_000, steps: 400 });

    expect(new Set(intervals)).toEqual(new Set([60]));
  });
});
