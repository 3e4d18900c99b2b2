import { askForToken } from '../contenders/ask-for-token.mjs';
import { COLD_FIGURES, COLD_RATIOS, measureColdStart } from '../racing/cold-start.mjs';

export const scenario = {
  title: 'Cold start: tokens',
  method:
    'So many ask for the token at once and there is none yet. Time until the last has it; requests at the token endpoint. Beside it the least that can be done: asynchronous functions that wait ' +
    'for the one promise of a token request by axios. A ratio to a peer is that of these multiples.',
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
      let flight;
      return { call: async () => (await (flight ??= askForToken(place))).access_token };
    };
    return measureColdStart(bench, ask, askLeast);
  },
};
