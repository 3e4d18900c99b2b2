import { monitorEventLoopDelay } from 'node:perf_hooks';
import { inLanes } from '../racing/timing.mjs';

export const scenario = {
  title: 'Adding tokens to a full cache',
  method:
    'Longest pause of the event loop (delay of a 1 ms timer) while the last tokens fill the cache, and while as many tokens are added to ' +
    'the full cache. Token requests over loopback, 32 at a time. Both include garbage collections.',
  needs: ['many', 'eviction'],
  figures: [
    { key: 'fillingMs', label: 'longest pause ms, filling' },
    { key: 'fullMs', label: 'longest pause ms, full' },
    { key: 'fullToFilling', label: 'full / filling' },
    { key: 'fillingPerSecond', label: 'tokens/s, filling' },
    { key: 'fullPerSecond', label: 'tokens/s, full' },
  ],
  ratios: [],
  full: { rounds: 3, capacity: 100_000, tokens: 4_000 },
  short: { rounds: 1, capacity: 5_000, tokens: 1_000, lineup: ['nestjs-client-credentials'] },

  async prepare({ contender, openRealm, placeOf, settings: { capacity, tokens } }) {
    const realm = await openRealm();
    return async () => {
      const hoard = contender.hoard(await placeOf(realm, { capacity, isQuick: true }));
      let next = 0;
      const addUntil = (end) =>
        inLanes(
          32,
          () => next < end,
          () => hoard.add(`scope-${(next += 1)}`),
        );
      await hoard.add('scope-0');
      await addUntil(capacity - tokens);
      hoard.seal();
      const filling = await withLongestPause(() => addUntil(capacity));
      const full = await withLongestPause(() => addUntil(capacity + tokens));
      return {
        fillingMs: filling.longestMs,
        fullMs: full.longestMs,
        fullToFilling: full.longestMs / filling.longestMs,
        fillingPerSecond: (tokens / filling.tookMs) * 1_000,
        fullPerSecond: (tokens / full.tookMs) * 1_000,
      };
    };
  },
};

async function withLongestPause(run) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const startedAt = performance.now();
  await run();
  const tookMs = performance.now() - startedAt;
  delays.disable();
  return { longestMs: delays.max / 1e6, tookMs };
}
