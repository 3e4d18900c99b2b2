import { randomBytes } from 'node:crypto';
import { inLanes } from '../racing/timing.mjs';

const TOKEN_LENGTH = 1_024;
const WARM_UP = 1_000;
const LIMIT_MS = 45_000;
const LANES = 32;

export const scenario = {
  title: 'Memory for a cached token',
  method:
    `Heap in use after a collection, before and after so many tokens were acquired, each with a text of its own of ${TOKEN_LENGTH} characters; that text is taken off, once. ` +
    'This library gets them over loopback, the others from a function. Who does not get so many in 45 s has fewer.',
  needs: ['many'],
  figures: [
    { key: 'bytes', label: 'bytes a token beyond its text' },
    { key: 'tokens', label: 'tokens' },
  ],
  ratios: [],
  execArgv: ['--expose-gc', '--max-old-space-size=4096'],
  full: { rounds: 1, tokens: 100_000 },
  short: { rounds: 1, tokens: 10_000, lineup: ['nestjs-client-credentials'] },

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
      // The hoard is still in use: it must not be collected before.
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

/** What a token endpoint answers, with a text that nothing else refers to. */
function tokenResponse() {
  const access_token = randomBytes(TOKEN_LENGTH / 2).toString('hex');
  return { access_token, token_type: 'Bearer', expires_in: 3_600 };
}
