import { answerAtOnceAsHttp, answerWithCheck } from '../racing/answer-at-once.mjs';
import { inTurns } from '../racing/in-turns.mjs';
import { nsPerCall } from '../racing/timing.mjs';

const TURN_MS = 4;

export const scenario = {
  title: 'A whole axios call, without network',
  method:
    'The token is cached. An adapter without network answers at once; calls run in sequence. The baseline (bare axios; for the TokenClient a plain HttpService) ' +
    'runs in the same process, in turns of a few milliseconds.',
  needs: ['axios'],
  figures: [
    { key: 'timesFloor', label: '× its baseline', isRatio: true },
    { key: 'callNs', label: 'µs per call', scale: 1e-3 },
    { key: 'floorNs', label: 'µs baseline', scale: 1e-3 },
  ],
  ratios: [],
  full: { rounds: 8, peersEvery: 4, turns: 60 },
  short: {
    rounds: 3,
    turns: 40,
    lineup: ['nestjs-client-credentials', 'nestjs-client-credentials-nest'],
  },

  async prepare({ openRealm, connect, connectFloor, settings: { turns } }) {
    const realm = await openRealm();
    const checked = await connect(realm, { adapter: answerWithCheck() });
    await checked.get('/a');
    const adapter = answerAtOnceAsHttp();
    const own = await connect(realm, { adapter });
    const floor = await connectFloor(realm, { adapter });
    const measure = async () => {
      const { ratio, ...ns } = await inTurns(
        turns,
        () => nsPerCall(() => own.get('/a'), TURN_MS),
        () => nsPerCall(() => floor.get('/a'), TURN_MS),
      );
      return { timesFloor: ratio, callNs: ns.own, floorNs: ns.floor };
    };
    await measure();
    return measure;
  },
};
