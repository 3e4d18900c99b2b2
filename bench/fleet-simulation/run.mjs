// Simulates the token requests of a fleet, with and without a shared store, using the library's own decisions.
// Run by `npm run bench:fleet`; `-- --write` also writes docs/fleet-simulation.md.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skew, seededRandom } from './randomness.mjs';
import { Replica } from './replica.mjs';
import { pageOf, tablesOf } from './report.mjs';
import { Timeline } from './timeline.mjs';
import { World } from './world.mjs';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const SIZES = [1, 10, 100, 1_000, 10_000];
const LIFETIMES = [
  ['60 s', MINUTE_MS],
  ['15 min', 15 * MINUTE_MS],
  ['24 h', 24 * HOUR_MS],
];
const SETTINGS = {
  callEveryMs: 1_000,
  requestMs: 150,
  storeMs: 1,
  lockMs: 11_000,
  cooldownMs: 30_000,
  skewSigmaMs: 500,
  skewBoundMs: 2_000,
};
const WARM_UP_LIFETIMES = 2;
const LIFETIMES_MEASURED = 20;

function sum(counts) {
  return counts.reduce((total, count) => total + count, 0);
}

function simulate(size, lifetimeMs, hasStore) {
  const timeline = new Timeline();
  const random = seededRandom(20_261_124 + size + lifetimeMs);
  const settings = { ...SETTINGS, lifetimeMs };
  const world = new World({ timeline, random, settings, hasStore });
  const replicas = Array.from({ length: size }, () => {
    const replica = new Replica(world, skew(settings.skewSigmaMs, settings.skewBoundMs, random));
    replica.callAfter(0);
    return replica;
  });
  // Starts at a whole minute, so that no minute is counted in part.
  const begin = Math.ceil((WARM_UP_LIFETIMES * lifetimeMs) / MINUTE_MS) * MINUTE_MS;
  timeline.runUntil(begin);
  world.calls = { waited: 0, all: 0 };
  const end = begin + LIFETIMES_MEASURED * lifetimeMs;
  timeline.runUntil(end);
  const perMinute = world.requestsBetween(begin, end);
  const { waited, all } = world.calls;
  const revokedAt = end + MINUTE_MS;
  timeline.runUntil(revokedAt);
  world.revokeAll();
  for (const replica of replicas) replica.callAfter(0);
  timeline.runUntil(revokedAt + MINUTE_MS);
  return {
    perHour: sum(perMinute) / ((end - begin) / HOUR_MS),
    inAMinute: Math.max(0, ...perMinute),
    waitedShare: waited / all,
    afterRevocation: sum(world.requestsBetween(revokedAt, revokedAt + MINUTE_MS)),
  };
}

const results = LIFETIMES.flatMap(([lifetime, lifetimeMs]) =>
  SIZES.map((size) => ({
    lifetime,
    size,
    alone: simulate(size, lifetimeMs, false),
    shared: simulate(size, lifetimeMs, true),
  })),
);
const tables = tablesOf(results);
console.log(tables);
if (process.argv.includes('--write')) {
  const path = join(import.meta.dirname, '..', '..', 'docs', 'fleet-simulation.md');
  writeFileSync(path, pageOf(tables, SETTINGS, new Date()));
}
