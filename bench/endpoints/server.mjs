// Process of the token endpoints and APIs, so that no contender pays for them. Controlled over HTTP.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { once } from 'node:events';
import { Realm } from './realm.mjs';

const realms = new Map();

/** Commands for a realm. */
const ACTIONS = {
  change: (realm, settings) => realm.change(settings),
  issue: (realm) => realm.issue(),
  report: ({ tokenRequests, apiRequests, refusals }) => ({ tokenRequests, apiRequests, refusals }),
  close: (realm, _, id) => {
    realm.close();
    realms.delete(id);
  },
};

async function open(settings) {
  const realm = new Realm(settings);
  const id = String(realms.size) + Math.random();
  realms.set(id, realm);
  return { id, ...(await realm.open()) };
}

async function answer(request, response) {
  const { id, action, settings } = await json(request);
  const result = action === 'open' ? await open(settings) : ACTIONS[action](realms.get(id), settings, id);
  response.end(JSON.stringify(result ?? null));
}

const control = createServer((request, response) => void answer(request, response));
control.keepAliveTimeout = 0;
await once(control.listen(0, '127.0.0.1'), 'listening');
process.send(`http://127.0.0.1:${control.address().port}`);
process.on('disconnect', () => process.exit());
