import { inTurns } from '../racing/in-turns.mjs';
import { nsPerCall } from '../racing/timing.mjs';

const TURN_MS = 2;

export const scenario = {
  title: 'A cached token alone',
  method:
    '`getToken()`, or what a package has in its place, one after the other; beside it, in turns, the least that can be done: an asynchronous function that looks at the clock and returns a ' +
    'variable. A ratio to a peer is that of these multiples; peers are caches of packages, not those written by hand.',
  needs: ['getToken'],
  figures: [
    { key: 'timesLeast', label: '× the least', isRatio: true },
    { key: 'tokenNs', label: 'ns' },
    { key: 'leastNs', label: 'ns the least' },
  ],
  ratios: [
    {
      key: 'leanestPeer',
      of: 'timesLeast',
      without: 'isCacheByHand',
      label: '× the leanest peer',
    },
  ],
  full: { rounds: 8, turns: 40 },
  short: {
    rounds: 4,
    turns: 40,
    lineup: ['nestjs-client-credentials', 'axios-token-interceptor', 'google-auth-library'],
  },

  async prepare({ openRealm, connect, settings: { turns } }) {
    const { getToken } = await connect(await openRealm());
    const token = await getToken();
    const endsAt = Date.now() + 3_600_000;
    const least = async () => (Date.now() < endsAt ? token : undefined);
    const measure = async () => {
      const { ratio, own, floor } = await inTurns(
        turns,
        () => nsPerCall(() => getToken(), TURN_MS),
        () => nsPerCall(() => least(), TURN_MS),
      );
      return { timesLeast: ratio, tokenNs: own, leastNs: floor };
    };
    await measure();
    await measure();
    return measure;
  },
};
