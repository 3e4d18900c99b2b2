// Asks for tokens and calls an API by fetch and by undici. Arguments: the folder of the library, a provider as JSON, the API.
import { Agent, request } from 'undici';

const [directory, provider, api] = process.argv.slice(2);
const { authorizeAxios, authorizeFetch, TokenManager } = await import(`${directory}/core/index.js`);
const { authorizeDispatcher } = await import(`${directory}/undici/index.js`);
const tokens = new TokenManager({ providers: { desk: JSON.parse(provider) } });
const source = tokens.source('desk');
const dispatcher = new Agent().compose(authorizeDispatcher(source));

const { status: byFetch } = await authorizeFetch(source)(`${api}/fetch`);
const { statusCode: byUndici, body } = await request(`${api}/undici`, { dispatcher });
await body.dump();
process.stdout.write(JSON.stringify({ byFetch, byUndici, byAxios: await failureByAxios() }));
await tokens.close();
await dispatcher.close();

/** How a call of axios fails here: with what keeps axios from being loaded, and not in silence. */
async function failureByAxios() {
  let attach;
  const instance = {
    defaults: {},
    interceptors: { request: { use: (handler) => ((attach = handler), 0), eject: () => {} } },
  };
  authorizeAxios(instance, source);
  return attach({ url: `${api}/axios`, headers: {} })
    .adapter({ url: `${api}/axios`, headers: {} })
    .then(
      () => 'none',
      (error) => error.message,
    );
}
