import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';

/** Opens a token endpoint and an API in the process of the endpoints. */
export async function openRealm(controlUrl, settings) {
  const { id, ...addresses } = await ask(controlUrl, { action: 'open', settings });
  const doWith = (action) => (more) => ask(controlUrl, { id, action, settings: more });
  return {
    ...addresses,
    change: doWith('change'),
    issue: doWith('issue'),
    report: doWith('report'),
    close: doWith('close'),
  };
}

async function ask(url, question) {
  // Not by fetch or axios: their connections and their warm-up belong to the contenders.
  const asked = request(url, { method: 'POST', agent: false });
  asked.end(JSON.stringify(question));
  const [response] = await once(asked, 'response');
  return json(response);
}
