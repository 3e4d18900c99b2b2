// A caller of tokens under the mock timers of node:test. Its parent holds the endpoint until the timers have run.
import { once } from 'node:events';
import { mock } from 'node:test';
import { pathToFileURL } from 'node:url';

const { library, provider } = JSON.parse(process.argv[2]);
const { TokenManager } = await import(pathToFileURL(`${library}/core/index.js`).href);

const tokens = new TokenManager({ providers: { desk: provider } });
const source = tokens.source('desk');
const endOf = (call) =>
  call.then(
    ({ value }) => value,
    ({ code, message }) => code ?? message,
  );

mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] });
const waiting = endOf(source.getToken());
await once(process, 'message');
mock.timers.runAll();
process.send({ ran: true });
const first = await waiting;
const second = await endOf(source.getToken());
mock.timers.reset();
process.send({ first, second });
process.disconnect();
