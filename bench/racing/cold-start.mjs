import { msUntilDone } from './timing.mjs';

const CALLERS = [1_000, 10_000];

/** Figures of both cold-start scenarios. */
export const COLD_FIGURES = [
  ...CALLERS.map((callers) => ({
    key: `timesLeast${callers}`,
    label: `× the minimum, ${callers}`,
    isRatio: true,
  })),
  ...CALLERS.flatMap((callers) => [
    { key: `ms${callers}`, label: `ms for ${callers}` },
    { key: `tokenRequests${callers}`, label: `token requests for ${callers}` },
    { key: `failed${callers}`, label: `failed of ${callers}` },
  ]),
];

export const COLD_RATIOS = CALLERS.map((callers) => ({
  key: `fastestPeer${callers}`,
  of: `timesLeast${callers}`,
  without: 'isCacheByHand',
  label: `× the fastest peer, ${callers}`,
}));

/**
 * Measures thousands of concurrent callers without a cached token, with a new client and endpoint in each round.
 *
 * @param ask - connects and returns the function of one caller
 * @param askLeast - likewise for the minimal implementation, which is measured in turns with the contender
 */
export function measureColdStart({ openRealm, settings: { enoughIfOverMs } }, ask, askLeast) {
  const coldStart = async (callers, connectCaller) => {
    const realm = await openRealm();
    const { call, close } = await connectCaller(realm);
    let failed = 0;
    const fail = () => (failed += 1);
    const ms = await msUntilDone(() =>
      Promise.all(Array.from({ length: callers }, () => call().catch(fail))),
    );
    const tokenRequests = (await realm.report()).tokenRequests.length;
    await close?.();
    await realm.close();
    return { ms, tokenRequests, failed };
  };
  return async () => {
    const figures = {};
    for (const callers of CALLERS) {
      const least = await coldStart(callers, askLeast);
      const { ms, tokenRequests, failed } = await coldStart(callers, ask);
      figures[`timesLeast${callers}`] = ms / least.ms;
      figures[`ms${callers}`] = ms;
      figures[`tokenRequests${callers}`] = tokenRequests;
      figures[`failed${callers}`] = failed;
      if (ms > enoughIfOverMs) break;
    }
    return figures;
  };
}
