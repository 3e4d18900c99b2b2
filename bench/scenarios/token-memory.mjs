import { randomBytes } from 'node:crypto';
import { inLanes } from '../racing/timing.mjs';

const TOKEN_LENGTH = 1_024;
const WARM_UP = 1_000;
const LIMIT_MS = 45_000;
const LANES = 32;

export const scenario = {
  title: 'Memory of a cached token',
  method:
    `Used heap after a garbage collection, before and after many tokens of ${TOKEN_LENGTH} characters were acquired; the length of the token is subtracted once. ` +
    'This library acquires tokens over loopback, other packages from a function. A contender has fewer tokens if it takes more than 45 s.',
  needs: ['many'],
  figures: [
    { key: 'bytes', label: 'bytes per token beyond its text' },
    { key: 'tokens', label: 'tokens' },
  ],
  ratios: [],
  execArgv: ['--expose-gc', '--max-old-space-size=4096'],
  full: { rounds: 1, tokens: 100_000 },
  short: { rounds: 1, tokens: 4_000, lineup: ['nestjs-client-credentials'] },

  async prepare({ contender, openRealm, placeOf, settings: { tokens } }) {
    const realm = await openRealm({ tokenLength: TOKEN_LENGTH });
    const capacity = 2 * tokens;
    const hoard = contender.hoard(await placeOf(realm, { capacity, tokenResponse }));
    let next = 0;
    const addUntil = (end) => {
      const stopAt = performance.now() + LIMIT_MS;
      return inLanes(
        LANES,
        () => next < end && performance.now() < stopAt,
        () => hoard.add(`scope-${(next += 1)}`),
      );
    };
    await addUntil(WARM_UP);
    return async () => {
      const before = heapUsed();
      await addUntil(WARM_UP + tokens);
      const added = next - WARM_UP;
      const bytes = (heapUsed() - before) / added - TOKEN_LENGTH;
      // Keeps the tokens reachable until the heap is measured.
      await hoard.get('scope-1');
      return { bytes, tokens: added };
    };
  },
};

function heapUsed() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** Token response with a new token string. */
function tokenResponse() {
  const access_token = randomBytes(TOKEN_LENGTH / 2).toString('hex');
  return { access_token, token_type: 'Bearer', expires_in: 3_600 };
}
