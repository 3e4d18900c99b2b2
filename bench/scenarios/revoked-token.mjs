import { OURS } from '../contenders/lineup.mjs';

const IN_FLIGHT = 500;

export const scenario = {
  title: 'A token revoked during 500 calls',
  method:
    'The API holds 500 calls, revokes the token and answers all 500 calls with 401. Counted are later token requests and failed calls.',
  clients: ['axios', 'fetch', 'undici'],
  needs: ['acquiring'],
  figures: [
    { key: 'tokenRequests', label: 'token requests' },
    { key: 'failed', label: 'failed calls' },
    { key: 'ms', label: 'ms until the last response' },
  ],
  ratios: [],
  full: { rounds: 3 },
  short: { rounds: 1, lineup: OURS },

  async prepare({ openRealm, connect }) {
    return async () => {
      const realm = await openRealm();
      const connection = await connect(realm);
      await connection.send('/a');
      const before = (await realm.report()).tokenRequests.length;
      const startedAt = performance.now();
      const calls = Array.from({ length: IN_FLIGHT }, () =>
        isSuccessful(connection.send(`/gate/${IN_FLIGHT}`)),
      );
      const failed = (await Promise.all(calls)).filter((isGood) => !isGood).length;
      const ms = performance.now() - startedAt;
      const tokenRequests = (await realm.report()).tokenRequests.length - before;
      await connection.close();
      await realm.close();
      return { tokenRequests, failed, ms };
    };
  },
};

async function isSuccessful(call) {
  try {
    return (await call).status === 200;
  } catch {
    return false;
  }
}
