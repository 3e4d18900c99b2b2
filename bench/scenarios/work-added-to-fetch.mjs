import { inTurns } from '../racing/in-turns.mjs';
import { nsPerCall } from '../racing/timing.mjs';

const TURN_MS = 1;

export const scenario = {
  title: 'Work added to a fetch',
  method:
    'A fetch that answers at once, without network, called with an address and its init, and with a Request. The baseline, in turns, is that fetch with the header set by hand.',
  clients: ['fetch'],
  needs: ['acquiring'],
  figures: [
    { key: 'addedNs', label: 'ns more, address and init' },
    { key: 'addedToRequestNs', label: 'ns more, Request' },
  ],
  ratios: [
    { key: 'leanestPeer', of: 'addedNs', label: 'address and init, × the leanest peer' },
    { key: 'leanestPeerOfRequest', of: 'addedToRequestNs', label: 'Request, × the leanest peer' },
  ],
  full: { rounds: 8, peersEvery: 4, turns: 300 },
  short: { rounds: 2, turns: 100, lineup: ['nestjs-client-credentials-fetch'] },

  async prepare({ openRealm, connect, connectFloor, settings: { turns } }) {
    const realm = await openRealm();
    const own = await connect(realm, { fetch: fetchWithCheck() });
    const floor = await connectFloor(realm, { fetch: fetchWithCheck() });
    const url = `${realm.apiUrl}/a`;
    const init = { headers: { accept: 'application/json' } };
    const added = async (callOf) => {
      const { difference } = await inTurns(
        turns,
        () => nsPerCall(() => own.fetch(...callOf()), TURN_MS),
        () => nsPerCall(() => floor.fetch(...callOf()), TURN_MS),
      );
      return difference;
    };
    const measure = async () => ({
      addedNs: await added(() => [url, init]),
      addedToRequestNs: await added(() => [new Request(url, init)]),
    });
    await measure();
    return measure;
  },
};

/** A fetch without network that checks the token of its first call: a contender that adds none would win. */
function fetchWithCheck() {
  const response = Promise.resolve(new Response(null, { status: 200 }));
  let isChecked = false;
  return (input, init) => {
    isChecked ||= new Headers(init?.headers ?? input.headers).get('authorization')?.startsWith('Bearer t.');
    if (!isChecked) throw new Error('The call reached the network without a token.');
    return response;
  };
}
