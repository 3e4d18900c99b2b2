import { OURS } from '../contenders/lineup.mjs';
import { percentile } from '../figures/percentile.mjs';
import { inTurns } from '../racing/in-turns.mjs';
import { inLanes } from '../racing/timing.mjs';

const CONCURRENCIES = [1, 64];
/** Length of a turn by concurrency: short, because the machine's speed changes; longer until 64 calls are running. */
const TURN_MS = { 1: 8, 64: 25 };

export const scenario = {
  title: 'Requests over loopback',
  method:
    'Keep-alive connections to an API in its own process, with 1 or 64 concurrent calls. Packages with their own HTTP client use it. The baseline (bare axios; for the TokenClient a ' +
    'plain HttpService; bare fetch and bare undici for packages that call by these) runs in the same process, in turns.',
  clients: ['axios', 'fetch', 'undici'],
  needs: [],
  figures: [
    ...CONCURRENCIES.map((lanes) => ({
      key: `timesFloor${lanes}`,
      label: `× its baseline at ${lanes}`,
      isRatio: true,
    })),
    ...CONCURRENCIES.flatMap((lanes) => [
      { key: `perSecond${lanes}`, label: `requests/s at ${lanes}` },
      { key: `p50Ms${lanes}`, label: `p50 ms at ${lanes}` },
      { key: `p99Ms${lanes}`, label: `p99 ms at ${lanes}` },
    ]),
  ],
  ratios: CONCURRENCIES.map((lanes) => ({
    key: `timesBareAxios${lanes}`,
    of: `perSecond${lanes}`,
    label: `requests/s at ${lanes}, × bare axios`,
    than: 'bare-axios',
  })),
  full: { rounds: 10, peersEvery: 5, turns: { 1: 100, 64: 32 } },
  short: {
    rounds: 2,
    turns: { 1: 40, 64: 16 },
    lineup: ['bare-axios', ...OURS],
  },

  async prepare({ openRealm, connect, connectFloor, settings }) {
    const realm = await openRealm();
    const own = await connect(realm);
    const floor = await connectFloor(realm);
    const measure = async () => {
      const figures = {};
      for (const lanes of CONCURRENCIES) {
        const latencies = [];
        const { ratio, own: perSecond } = await inTurns(
          settings.turns[lanes],
          () => perSecondOf(own.send, lanes, latencies),
          () => perSecondOf(floor.send, lanes, []),
        );
        figures[`timesFloor${lanes}`] = ratio;
        figures[`perSecond${lanes}`] = perSecond;
        figures[`p50Ms${lanes}`] = percentile(latencies, 0.5);
        figures[`p99Ms${lanes}`] = percentile(latencies, 0.99);
      }
      return figures;
    };
    await perSecondOf(own.send, 64, []);
    await perSecondOf(floor.send, 64, []);
    return measure;
  },
};

async function perSecondOf(send, lanes, latencies) {
  let responses = 0;
  const startedAt = performance.now();
  await inLanes(
    lanes,
    () => performance.now() - startedAt < TURN_MS[lanes],
    async () => {
      const sentAt = performance.now();
      const { status } = await send('/a');
      if (status !== 200) throw new Error(`The API answered ${status}.`);
      responses += 1;
      latencies.push(performance.now() - sentAt);
    },
  );
  return responses / ((performance.now() - startedAt) / 1_000);
}
