import { OURS } from '../contenders/lineup.mjs';

const CALLS = [20, 200];

export const scenario = {
  title: 'An API that always answers 401',
  method:
    'The API accepts the first call and refuses all others. Calls run in sequence. Counted are token requests and API requests after the first call.',
  clients: ['axios', 'fetch', 'undici'],
  needs: ['acquiring'],
  figures: CALLS.flatMap((calls) => [
    { key: `tokenRequests${calls}`, label: `token requests in ${calls} calls` },
    { key: `apiRequests${calls}`, label: `API requests in ${calls} calls` },
  ]),
  ratios: [],
  full: { rounds: 1 },
  short: { rounds: 1, lineup: OURS },

  async prepare({ openRealm, connect }) {
    return async () => {
      const figures = {};
      for (const calls of CALLS) Object.assign(figures, await refuse(calls, await openRealm(), connect));
      return figures;
    };
  },
};

async function refuse(calls, realm, connect) {
  const connection = await connect(realm);
  await connection.send('/a');
  const before = await realm.report();
  await realm.change({ refusesAll: true });
  for (let call = 0; call < calls; call += 1) await connection.send('/a').catch(() => undefined);
  const after = await realm.report();
  await connection.close();
  await realm.close();
  return {
    [`tokenRequests${calls}`]: after.tokenRequests.length - before.tokenRequests.length,
    [`apiRequests${calls}`]: after.apiRequests - before.apiRequests,
  };
}
