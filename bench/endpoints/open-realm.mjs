import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';

/** Opens a token endpoint and an API in the endpoint process. */
export async function openRealm(controlUrl, settings) {
  const { id, ...addresses } = await sendCommand(controlUrl, { action: 'open', settings });
  const doWith = (action) => (more) => sendCommand(controlUrl, { id, action, settings: more });
  return {
    ...addresses,
    change: doWith('change'),
    issue: doWith('issue'),
    report: doWith('report'),
    close: doWith('close'),
  };
}

async function sendCommand(url, command) {
  // Uses neither fetch nor axios, whose connections and warm-up are part of the measurement.
  const outgoing = request(url, { method: 'POST', agent: false });
  outgoing.end(JSON.stringify(command));
  const [response] = await once(outgoing, 'response');
  return json(response);
}
