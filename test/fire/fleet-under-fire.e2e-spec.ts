import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compileLibrary, type CompiledLibrary } from '../support/compiled-library.js';
import { startRedis, type RedisServer } from '../support/redis-server.js';
import { Endpoints } from './endpoints.js';
import { FleetUnderFire } from './fleet.js';
import { Random } from './random.js';

/** `npm run test:fire` runs longer: as many SECONDS as are given. SEED repeats the disturbances. */
const { SECONDS, SEED } = process.env;
const DEFAULT_SECONDS = 3;
const ROUNDS_AFTERWARDS = 3;
// Starting and ending processes takes long on a busy machine.
const MARGIN_SECONDS = 300;

const seconds = Number(SECONDS ?? DEFAULT_SECONDS);
const seed = Number(SEED ?? Math.floor(Math.random() * 2 ** 31));

let library: CompiledLibrary;
let redis: RedisServer;

beforeAll(async () => {
  [library, redis] = await Promise.all([compileLibrary('fire'), startRedis()]);
}, MARGIN_SECONDS * 1_000);
afterAll(async () => {
  await library[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

describe('a fleet under fire', () => {
  it(
    'fails no call, sends no refused token again, and requests tokens for a reason only',
    async () => {
      // Numbers of their own, so that the delays of responses do not change the choice of disturbances.
      const endpoints = await Endpoints.start(new Random(seed + 1));
      const random = new Random(seed);
      const fleet = new FleetUnderFire({ library: library.directory, redis, endpoints, random });
      const lines: string[] = [];
      try {
        await fleet.start();
        await fleet.disturb(seconds);
        await fleet.rest();
        await fleet.settle();
        for (let round = 0; round < ROUNDS_AFTERWARDS; round += 1) await fleet.settleAtRest();
        await fleet.spendAtRest();
        await fleet.end();
        lines.push(...fleet.judge());
      } finally {
        await fleet[Symbol.asyncDispose]();
        await endpoints[Symbol.asyncDispose]();
        if (SECONDS !== undefined) print([...fleet.summary(), ...lines]);
      }

      expect({ seed, faults: [...fleet.faults, ...endpoints.faults] }).toEqual({ seed, faults: [] });
    },
    (seconds + MARGIN_SECONDS) * 1_000,
  );
});

function print(lines: readonly string[]): void {
  process.stdout.write(`SEED=${seed}, ${seconds} s\n${lines.map((line) => `  ${line}\n`).join('')}`);
}
