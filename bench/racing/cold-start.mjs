import { msUntilDone } from './timing.mjs';

const CALLERS = [1_000, 10_000];

/** What both kinds of cold start show. */
export const COLD_FIGURES = [
  ...CALLERS.map((callers) => ({
    key: `timesLeast${callers}`,
    label: `× the least, ${callers}`,
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
 * Thousands at the same moment, and no token yet: in each round with a new client and a new token endpoint.
 *
 * @param ask - connects, and answers what a caller does
 * @param askLeast - the same for the least that can be done, which is measured beside it
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
