import { inTurns } from '../racing/in-turns.mjs';
import { inLanes, nsPerCall } from '../racing/timing.mjs';

const MOST_PICKS = 200_000;
const FILL_LIMIT_MS = 60_000;
const HEAP_LIMIT_BYTES = 3e9;
const SIZES = [1, 1_000, 10_000, 100_000, 1_000_000];
/** Size from which growth is counted: a single token fits into the processor's L1 cache. */
const BASE = 1_000;
const TURNS = 20;
const TURN_MS = 5;

export const scenario = {
  title: 'Look-ups among many tokens',
  method:
    'Look-up of a cached token by a random scope, in turns with a plain Map of the same size. Larger maps are slower because less fits into the processor’s cache, so growth is compared with the ' +
    'Map’s. Packages whose objects hold one token each are kept in a Map. A size is left out if filling takes more than 60 s or 3 GB.',
  needs: ['many'],
  figures: [
    { key: 'growthToMap', label: 'growth / a Map’s', isRatio: true },
    ...SIZES.map((size) => ({ key: `ns${size}`, label: `ns among ${size}` })),
    { key: 'growth', label: 'growth from 1000' },
    { key: 'mapGrowth', label: 'a Map’s' },
  ],
  ratios: [],
  execArgv: ['--expose-gc', '--max-old-space-size=6144'],
  full: { rounds: 2, peersEvery: 2, sizes: SIZES },
  short: { rounds: 1, sizes: [1, 1_000, 50_000], lineup: ['nestjs-client-credentials'] },

  async prepare({ contender, openRealm, placeOf, settings: { sizes } }) {
    const realm = await openRealm();
    const [most] = sizes.slice(-1);
    return async () => {
      const place = await placeOf(realm, { capacity: 2 * most, tokenResponse, isQuick: true });
      const { add, get, seal } = contender.hoard(place);
      const map = new Map();
      const addBoth = (scope) => {
        map.set(scope, { scope });
        return add(scope);
      };
      await add('scope-0');
      const figures = {};
      for (const size of sizes) {
        await fill(addBoth, map, size);
        if (map.size < size) break;
        const { own, floor } = await nsPerLookUp(get, async (scope) => map.get(scope), size);
        figures[`ns${size}`] = own;
        figures[`mapNs${size}`] = floor;
      }
      seal?.();
      return { ...figures, ...growthOf(figures, most) };
    };
  },
};

function growthOf(figures, most) {
  const growth = figures[`ns${most}`] / figures[`ns${BASE}`];
  const mapGrowth = figures[`mapNs${most}`] / figures[`mapNs${BASE}`];
  return { growth, mapGrowth, growthToMap: growth / mapGrowth };
}

async function fill(add, map, size) {
  const stopAt = performance.now() + FILL_LIMIT_MS;
  const hasRoom = () => performance.now() < stopAt && process.memoryUsage().heapUsed < HEAP_LIMIT_BYTES;
  while (map.size < size && hasRoom()) {
    const end = Math.min(map.size + 1_000, size);
    await inLanes(
      32,
      () => map.size < end,
      () => add(`scope-${map.size}`),
    );
  }
}

/** Measures look-ups with new strings for the scopes, as a caller would pass. */
function nsPerLookUp(get, getFromMap, size) {
  const picks = Array.from(
    { length: Math.min(size, MOST_PICKS) },
    () => `scope-${Math.floor(Math.random() * size)}`,
  );
  let turn = 0;
  const next = () => picks[(turn += 1) % picks.length];
  return inTurns(
    TURNS,
    () => nsPerCall(() => get(next()), TURN_MS),
    () => nsPerCall(() => getFromMap(next()), TURN_MS),
  );
}

let issued = 0;

function tokenResponse() {
  issued += 1;
  return { access_token: `a-token-of-some-length-${issued}`, token_type: 'Bearer', expires_in: 3_600 };
}
