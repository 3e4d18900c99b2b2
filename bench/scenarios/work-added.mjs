import axios, { AxiosHeaders } from 'axios';
import { answerAtOnce } from '../racing/answer-at-once.mjs';
import { inTurns } from '../racing/in-turns.mjs';
import { throughInterceptors } from '../racing/through-interceptors.mjs';
import { nsPerCall } from '../racing/timing.mjs';

const BATCH = 20;
const TURN_MS = 0.4;
// A whole call is longer by a few percent only: it takes more turns to tell.
const TURNS_OF_WHOLE_CALLS = 5;

export const scenario = {
  title: 'The work added to a call by axios',
  method:
    'Interceptors and adapter alone, on a transport that answers at once: axios’s own cost is taken out. Beside it, in turns, the same with nothing attached; a ratio to a peer is that of these ' +
    'multiples. axios-auth-refresh puts no token on calls: it leaves that to axios’s defaults, whose cost is taken out here, and adds a look at the answer. “Whole calls” are calls as in a1 beside calls with nothing attached: what they take more has in it what axios does more because of what was attached, and that in a real call less of it is in the processor’s ' +
    'cache.',
  needs: ['axios', 'interceptors'],
  figures: [
    { key: 'timesNothing', label: '× nothing attached', isRatio: true },
    { key: 'throughNs', label: 'ns' },
    { key: 'addedNs', label: 'ns more than nothing' },
    { key: 'wholeCallsNs', label: 'ns more, whole calls' },
    { key: 'wholeCallsShare', label: 'more, whole calls', isRatio: true },
  ],
  ratios: [
    {
      key: 'leanestPeer',
      of: 'timesNothing',
      label: '× the leanest peer that puts the token on',
      without: 'isLeftToAxios',
    },
    { key: 'leanestOfAll', of: 'timesNothing', label: '× the leanest of all' },
    {
      key: 'leanestInWholeCalls',
      of: 'wholeCallsShare',
      label: 'whole calls, × the leanest peer that puts the token on',
      without: 'isLeftToAxios',
    },
    { key: 'leanestOfAllInWholeCalls', of: 'wholeCallsShare', label: 'whole calls, × the leanest of all' },
  ],
  full: { rounds: 5, turns: 200 },
  short: {
    rounds: 3,
    turns: 80,
    lineup: ['nestjs-client-credentials', 'axios-auth-refresh', 'axios-token-interceptor'],
  },

  async prepare({ openRealm, connect, settings: { turns } }) {
    const realm = await openRealm();
    const { axios: attached, get } = await connect(realm, { adapter: answerAtOnce });
    await get('/a');
    const bare = axios.create({ baseURL: realm.apiUrl, adapter: answerAtOnce });
    const measure = async () => {
      const added = await inTurns(
        turns,
        () => nsThrough(attached),
        () => nsThrough(bare),
      );
      const whole = await inTurns(
        turns * TURNS_OF_WHOLE_CALLS,
        () => nsPerCall(() => attached.get('/a'), TURN_MS),
        () => nsPerCall(() => bare.get('/a'), TURN_MS),
      );
      return {
        timesNothing: added.ratio,
        throughNs: added.own,
        addedNs: added.difference,
        wholeCallsNs: whole.difference,
        wholeCallsShare: whole.ratio - 1,
      };
    };
    await measure();
    return measure;
  },
};

/**
 * On configs as axios makes them: objects without prototype, a new one for each call, since packages change them. They are made before
 * the clock starts, for making them costs a hundred times what is measured; and few at a time, so that they are still in the processor's cache as
 * they are in a real call.
 */
async function nsThrough(instance) {
  const configs = await freshConfigs(instance);
  const startedAt = performance.now();
  for (const config of configs) await throughInterceptors(instance, config);
  return ((performance.now() - startedAt) / BATCH) * 1e6;
}

/** Configs that axios made for calls of this instance, as they are when it hands them to the first interceptor. */
async function freshConfigs(instance) {
  const maker = new axios.Axios(instance.defaults);
  const configs = [];
  const take = (config) => {
    configs.push(config);
    return { ...config, adapter: answerAtOnce, headers: new AxiosHeaders() };
  };
  maker.interceptors.request.use(take, null, { synchronous: true });
  for (let call = 0; call < BATCH; call += 1) await maker.get('/a');
  return configs;
}
