import { answerAtOnce } from '../racing/answer-at-once.mjs';
import { COLD_FIGURES, COLD_RATIOS, measureColdStart } from '../racing/cold-start.mjs';

export const scenario = {
  title: 'Cold start: axios calls',
  method:
    'As c1, with whole axios calls on an adapter without network; the minimum is bare axios. 10,000 callers are left out if 1,000 took more than 1.2 s.',
  needs: ['axios', 'acquiring', 'coldCalls'],
  figures: COLD_FIGURES,
  ratios: COLD_RATIOS,
  full: { rounds: 3, onceIfOverMs: 5_000, enoughIfOverMs: 1_200 },
  short: { rounds: 1, lineup: ['nestjs-client-credentials', 'badgateway-oauth2-client'] },

  async prepare(bench) {
    return measureColdStart(bench, callsOf(bench.connect), callsOf(bench.connectFloor));
  },
};

function callsOf(connect) {
  return async (realm) => {
    const { get, close } = await connect(realm, { adapter: answerAtOnce });
    return { call: () => get('/a'), close };
  };
}
