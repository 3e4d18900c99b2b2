import { inTurns } from '../racing/in-turns.mjs';
import { nsPerCall } from '../racing/timing.mjs';

const TURN_MS = 2;

export const scenario = {
  title: 'A cached token alone',
  method:
    '`getToken()`, or the package’s equivalent, in sequence. The baseline, in turns, is the minimum: an asynchronous function that reads the clock and returns a ' +
    'variable. A ratio to a peer is the quotient of two such multiples. Peers are caches of packages, not hand-written ones.',
  needs: ['getToken'],
  figures: [
    { key: 'timesLeast', label: '× the minimum', isRatio: true },
    { key: 'tokenNs', label: 'ns' },
    { key: 'leastNs', label: 'ns minimum' },
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
