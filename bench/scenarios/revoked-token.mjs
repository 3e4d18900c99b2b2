const IN_FLIGHT = 500;

export const scenario = {
  title: 'A token revoked under 500 calls',
  method:
    'The API holds 500 calls, the token is revoked, and all 500 are answered with 401. Counted are token requests from then on, and calls that did not end well.',
  needs: ['acquiring'],
  figures: [
    { key: 'tokenRequests', label: 'token requests' },
    { key: 'failed', label: 'failed calls' },
    { key: 'ms', label: 'ms until the last answer' },
  ],
  ratios: [],
  full: { rounds: 3 },
  short: { rounds: 1, lineup: ['nestjs-client-credentials', 'nestjs-client-credentials-nest'] },

  async prepare({ openRealm, connect }) {
    return async () => {
      const realm = await openRealm();
      const connection = await connect(realm);
      await connection.send('/a');
      const before = (await realm.report()).tokenRequests.length;
      const startedAt = performance.now();
      const calls = Array.from({ length: IN_FLIGHT }, () => isWell(connection.send(`/gate/${IN_FLIGHT}`)));
      const failed = (await Promise.all(calls)).filter((isGood) => !isGood).length;
      const ms = performance.now() - startedAt;
      const tokenRequests = (await realm.report()).tokenRequests.length - before;
      await connection.close();
      await realm.close();
      return { tokenRequests, failed, ms };
    };
  },
};

async function isWell(call) {
  try {
    return (await call).status === 200;
  } catch {
    return false;
  }
}
