const SET_BY_HAND = 'the header is set by hand: no token is requested';

/** Baseline: a constant header on each call of the platform's fetch. */
export const contender = {
  name: 'bare fetch, header set by hand',
  package: 'node',
  client: 'fetch',
  lacks: { acquiring: SET_BY_HAND, renewing: SET_BY_HAND },
  connect({ apiUrl, heldToken, fetch = globalThis.fetch }) {
    const headers = { authorization: `Bearer ${heldToken}` };
    return {
      fetch: (url, init) => fetch(url, { ...init, headers }),
      send: sendBy(fetch, apiUrl, { headers }),
    };
  },
};

/** Calls of a fetch, with their bodies. */
export function sendBy(fetch, apiUrl, init) {
  return async (path) => {
    const response = await fetch(`${apiUrl}${path}`, init);
    return { status: response.status, data: await response.json() };
  };
}
