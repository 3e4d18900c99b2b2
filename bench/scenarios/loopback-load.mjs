import { percentile } from '../figures/percentile.mjs';
import { inTurns } from '../racing/in-turns.mjs';
import { inLanes } from '../racing/timing.mjs';

const CONCURRENCIES = [1, 64];
/** As short as can be, since the machine changes its speed; many at a time need a while until all are under way. */
const TURN_MS = { 1: 8, 64: 25 };

export const scenario = {
  title: 'Requests over loopback',
  method:
    'Kept connections, the API in a process of its own, 1 or 64 calls at a time. Packages that bring an HTTP client of their own use it. The floor (bare axios; for the TokenClient a ' +
    'plain HttpService) runs in the same process, in turns.',
  needs: [],
  figures: [
    ...CONCURRENCIES.map((lanes) => ({
      key: `timesFloor${lanes}`,
      label: `× its floor at ${lanes}`,
      isRatio: true,
    })),
    ...CONCURRENCIES.flatMap((lanes) => [
      { key: `perSecond${lanes}`, label: `requests/s at ${lanes}` },
      { key: `p50Ms${lanes}`, label: `p50 ms at ${lanes}` },
      { key: `p99Ms${lanes}`, label: `p99 ms at ${lanes}` },
    ]),
  ],
  ratios: [],
  full: { rounds: 10, peersEvery: 5, turns: { 1: 100, 64: 32 } },
  short: {
    rounds: 2,
    turns: { 1: 40, 64: 16 },
    lineup: ['nestjs-client-credentials', 'nestjs-client-credentials-nest'],
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
  let answers = 0;
  const startedAt = performance.now();
  await inLanes(
    lanes,
    () => performance.now() - startedAt < TURN_MS[lanes],
    async () => {
      const sentAt = performance.now();
      const { status } = await send('/a');
      if (status !== 200) throw new Error(`The API answered ${status}.`);
      answers += 1;
      latencies.push(performance.now() - sentAt);
    },
  );
  return answers / ((performance.now() - startedAt) / 1_000);
}
