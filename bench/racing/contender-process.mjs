// One contender in one scenario, in a process of its own: prepares, then measures whenever it is its turn.
import { openRealm } from '../endpoints/open-realm.mjs';
import { contenderOf } from '../contenders/lineup.mjs';
import { scenarioOf } from '../scenarios/programme.mjs';

const CLIENT = { clientId: 'bench', clientSecret: 'bench-secret' };

let scenario;
let contender;
let floor;
let measure;

const ORDERS = {
  async load({ scenarioId, contenderId }) {
    scenario = await scenarioOf(scenarioId);
    contender = await contenderOf(contenderId);
    floor = await contenderOf(contender.floor);
  },
  async prepare({ controlUrl, settings }) {
    const connectAs =
      ({ connect }) =>
      async (realm, more) =>
        connected(await connect(await placeOf(realm, more)));
    measure = await scenario.prepare({
      contender,
      settings,
      openRealm: (realmSettings) => openRealm(controlUrl, realmSettings),
      connect: connectAs(contender),
      connectFloor: connectAs(floor),
      placeOf,
    });
  },
  round: ({ round }) => measure(round),
};

/** What a contender is told of where it is. */
async function placeOf(realm, { adapter, lifetimeSeconds = 3_600, ...more } = {}) {
  const { tokenUrl, apiUrl } = realm;
  const axiosDefaults = { baseURL: apiUrl, ...(adapter && { adapter }) };
  return {
    ...CLIENT,
    tokenUrl,
    apiUrl,
    axiosDefaults,
    lifetimeSeconds,
    heldToken: await realm.issue(),
    ...more,
  };
}

/** Those that bring no way of sending a call of their own send it by axios. */
function connected(connection) {
  return { send: connection.get, close: () => undefined, ...connection };
}

async function carryOut({ order, ...details }) {
  try {
    const figures = await ORDERS[order](details);
    process.send({ figures });
  } catch (error) {
    process.send({ failure: error.message });
  }
}

process.on('message', (message) => void carryOut(message));
// What a package does behind the caller's back may fail there, too.
process.on('uncaughtException', ({ message }) => {
  process.send({ failure: `its process ended: ${message}` }, () => process.exit(1));
});
process.on('disconnect', () => process.exit());
