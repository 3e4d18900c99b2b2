import { askForToken } from '../contenders/ask-for-token.mjs';
import { COLD_FIGURES, COLD_RATIOS, measureColdStart } from '../racing/cold-start.mjs';

export const scenario = {
  title: 'Cold start: tokens',
  method:
    'Many callers request a token at once, without a cached token. Measured are the time until the last caller has the token, and the token requests. The minimum, in turns: asynchronous functions that ' +
    'await one shared axios token request. A ratio to a peer is the quotient of two such multiples.',
  needs: ['getToken', 'coldCalls'],
  figures: COLD_FIGURES,
  ratios: COLD_RATIOS,
  full: { rounds: 31, onceIfOverMs: 3_000 },
  short: {
    rounds: 5,
    lineup: ['nestjs-client-credentials', 'azure-core-rest-pipeline', 'badgateway-oauth2-client'],
  },

  async prepare(bench) {
    const ask = async (realm) => {
      const { getToken, close } = await bench.connect(realm);
      return { call: () => getToken(), close };
    };
    const askLeast = async (realm) => {
      const place = await bench.placeOf(realm);
      let pending;
      return { call: async () => (await (pending ??= askForToken(place))).access_token };
    };
    return measureColdStart(bench, ask, askLeast);
  },
};
