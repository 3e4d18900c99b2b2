// A process with a manager that asks for tokens after a while, when its parent says so, and tells how each call ended.
import { pathToFileURL } from 'node:url';

const { library, provider } = JSON.parse(process.argv[2]);
const { TokenManager } = await import(pathToFileURL(`${library}/core/index.js`).href);

const tokens = new TokenManager({ providers: { desk: provider } });
const source = tokens.source('desk');

process.on('message', ({ id, afterMs, options }) => {
  const ask = async () => {
    try {
      const { value } = await source.getToken(options);
      process.send({ id, value });
    } catch (error) {
      process.send({ id, code: error.code, message: error.message });
    }
  };
  setTimeout(() => void ask(), afterMs);
  process.send({ id, isSet: true });
});
process.send({ id: 'ready' });
