import { Agent } from 'undici';
import { requestBy } from './bare-undici.mjs';
import { handWrittenCache } from './hand-written-cache.mjs';

/** The usual interceptor written by hand: it asks nobody where a token may go, and sends nothing twice. */
export const contender = {
  name: 'hand-written undici interceptor',
  package: 'undici',
  client: 'undici',
  isCacheByHand: true,
  floor: 'bare-undici',
  connect({ apiUrl, ...client }) {
    const getToken = handWrittenCache(client);
    const dispatcher = new Agent().compose((dispatch) => (options, handler) => {
      getToken().then(
        (token) => dispatch({ ...options, headers: { authorization: `Bearer ${token}` } }, handler),
        (error) => handler.onResponseError({}, error),
      );
      return true;
    });
    return { send: requestBy(dispatcher, apiUrl), close: () => dispatcher.close() };
  },
};
