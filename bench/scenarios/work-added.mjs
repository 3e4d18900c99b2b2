import axios, { AxiosHeaders } from 'axios';
import { answerAtOnce, answerAtOnceAsHttp } from '../racing/answer-at-once.mjs';
import { inTurns } from '../racing/in-turns.mjs';
import { throughInterceptors } from '../racing/through-interceptors.mjs';
import { nsPerCall } from '../racing/timing.mjs';

const BATCH = 20;
const TURN_MS = 0.4;
// Whole calls differ by a few percent only, so they need more turns.
const TURNS_OF_WHOLE_CALLS = 5;

export const scenario = {
  title: 'Work added to an axios call',
  method:
    'Interceptors and adapter alone, without network and without axios’s own work. The baseline, in turns, is an instance with nothing attached; a ratio to a peer is the quotient of two such ' +
    'multiples. axios-auth-refresh does not add the token itself: axios’s defaults do, whose cost is not included here. “Whole calls” compares whole calls as in a1 with calls of an instance with nothing attached; the difference includes axios’s additional work, and more misses of the processor’s ' +
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
      label: '× the leanest peer that adds the token',
      without: 'isLeftToAxios',
    },
    { key: 'leanestOfAll', of: 'timesNothing', label: '× the leanest of all' },
    {
      key: 'leanestInWholeCalls',
      of: 'wholeCallsShare',
      label: 'whole calls, × the leanest peer that adds the token',
      without: 'isLeftToAxios',
    },
    { key: 'leanestOfAllInWholeCalls', of: 'wholeCallsShare', label: 'whole calls, × the leanest of all' },
  ],
  full: { rounds: 5, turns: 200 },
  short: {
    rounds: 2,
    turns: 40,
    lineup: ['nestjs-client-credentials', 'axios-auth-refresh', 'axios-token-interceptor'],
  },

  async prepare({ openRealm, connect, settings: { turns } }) {
    const realm = await openRealm();
    const adapter = answerAtOnceAsHttp();
    const { axios: attached, get } = await connect(realm, { adapter });
    await get('/a');
    const bare = axios.create({ baseURL: realm.apiUrl, adapter });
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
 * Nanoseconds per config through interceptors and adapter, with a new config for each call, as axios creates it.
 *
 * The configs are created before the measurement, because their creation costs a hundred times as much. A batch is small,
 * so that the configs are still in the processor's cache, as in a real call.
 */
async function nsThrough(instance) {
  const configs = await freshConfigs(instance);
  const startedAt = performance.now();
  for (const config of configs) await throughInterceptors(instance, config);
  return ((performance.now() - startedAt) / BATCH) * 1e6;
}

/** Creates configs as axios passes them to the first interceptor of this instance. */
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
