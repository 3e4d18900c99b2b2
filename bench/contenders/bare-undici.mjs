import { Agent, request } from 'undici';

const SET_BY_HAND = 'the header is set by hand: no token is requested';

/** Baseline: a constant header on each request of undici. */
export const contender = {
  name: 'bare undici, header set by hand',
  package: 'undici',
  client: 'undici',
  lacks: { acquiring: SET_BY_HAND, renewing: SET_BY_HAND },
  connect({ apiUrl, heldToken, agent = new Agent() }) {
    const headers = { authorization: `Bearer ${heldToken}` };
    return { send: requestBy(agent, apiUrl, { headers }), close: () => agent.close() };
  },
};

/** Requests of a dispatcher, with their bodies. */
export function requestBy(dispatcher, apiUrl, options) {
  return async (path) => {
    const { statusCode, body } = await request(`${apiUrl}${path}`, { ...options, dispatcher });
    return { status: statusCode, data: await body.json() };
  };
}
