import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { World, type Setting, type Step } from './world.js';

/** `npm run test:model` runs longer: RUNS histories, or as many as there are in SECONDS. SEED repeats a run. */
const { RUNS, SECONDS, SEED } = process.env;
/** The same histories each time where nothing is said: CI is no place to look for new ones. */
const seed =
  SEED === undefined ? (RUNS === undefined && SECONDS === undefined ? 1 : undefined) : Number(SEED);
const DEFAULT_RUNS = 1_000;
// Longer than the default runs take on a busy machine.
const MIN_TIMEOUT_MS = 120_000;

const tenant = fc.nat({ max: 1 });
const scope = fc.nat({ max: 2 });
const which = fc.nat({ max: 7 });
const isAbortable = fc.boolean();
// Around the end of a short token, or past a renewal of a long one.
const seconds = fc.oneof(fc.nat({ max: 8 }), fc.nat({ max: 400 }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('call' as const), tenant, scope, isAbortable }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('get' as const), tenant, scope, isAbortable }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('force' as const, 'need' as const), tenant, scope }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      which,
      as: fc.constantFrom(
        ...([
          'token',
          'token',
          'token',
          'token',
          'rejected',
          'broken',
          'rate-limited',
          'reset',
          'no-token',
        ] as const),
      ),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('advance' as const), seconds }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set-clock' as const),
      seconds: fc.integer({ min: -300, max: 300 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('invalidate' as const, 'forget' as const, 'reset' as const),
      tenant,
      scope,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke' as const) }) },
);

const setting: fc.Arbitrary<Setting> = fc.record({
  storeEntries: fc.constantFrom(0, 0, 2, 4, 50),
  lifetimeSeconds: fc.constantFrom(3, 60, 300, 3_600),
  limit: fc.constantFrom(3, 10, 100),
});

const steps = fc
  .tuple(fc.array(step, { minLength: 5, maxLength: 50, size: 'max' }), fc.boolean())
  .map(([history, isClosed]): Step[] => (isClosed ? [...history, { do: 'close' }] : history));

describe('whatever happens', () => {
  it(
    'no expired or refused token is sent, token requests are few, and each caller gets an answer',
    async () => {
      const unhandled: unknown[] = [];
      const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
      process.on('unhandledRejection', onUnhandled);
      try {
        await fc.assert(
          fc.asyncProperty(setting, steps, async (given, history) => {
            const world = new World(given);
            await world.run(history);
            const faults = [...world.faults, ...unhandled.map((reason) => `unhandled: ${String(reason)}`)];
            if (faults.length > 0) throw new Error(faults.join('; '));
          }),
          {
            numRuns: Number(RUNS ?? (SECONDS === undefined ? DEFAULT_RUNS : Number.MAX_SAFE_INTEGER)),
            ...(SECONDS !== undefined && { interruptAfterTimeLimit: Number(SECONDS) * 1000 }),
            ...(seed !== undefined && { seed }),
          },
        );
        expect(unhandled).toEqual([]);
      } finally {
        process.off('unhandledRejection', onUnhandled);
      }
    },
    Math.max(MIN_TIMEOUT_MS, (Number(SECONDS ?? 0) + 60) * 1000, Number(RUNS ?? 0) * 100),
  );
});
