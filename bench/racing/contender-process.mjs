// Process of one contender in one scenario: prepares once, then measures at each of its turns.
import { openRealm } from '../endpoints/open-realm.mjs';
import { contenderOf } from '../contenders/lineup.mjs';
import { scenarioOf } from '../scenarios/programme.mjs';

const CLIENT = { clientId: 'bench', clientSecret: 'bench-secret' };

let scenario;
let contender;
let floor;
let measure;

const COMMANDS = {
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

/** Endpoints and credentials for a contender. */
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

/** Adds defaults: a contender without its own HTTP client sends with axios. */
function connected(connection) {
  return { send: connection.get, close: () => undefined, ...connection };
}

async function carryOut({ command, ...details }) {
  try {
    const figures = await COMMANDS[command](details);
    process.send({ figures });
  } catch (error) {
    process.send({ failure: error.message });
  }
}

process.on('message', (message) => void carryOut(message));
// Background work of a package may fail outside any call.
process.on('uncaughtException', ({ message }) => {
  process.send({ failure: `its process exited: ${message}` }, () => process.exit(1));
});
process.on('disconnect', () => process.exit());
