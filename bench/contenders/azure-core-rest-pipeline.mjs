import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
import { askForToken } from './ask-for-token.mjs';
import { tokenMap } from './token-map.mjs';

const HAS_OWN_PIPELINE = 'its tokens are found by its own pipeline only';
// The policy refuses http, also on loopback; what it passes on goes to http all the same.
const SECURE = 'https://api.example.com';

/** Its policy for bearer tokens; `getToken` is the policy alone, since nothing else gives access to its cache. */
export const contender = {
  name: '@azure/core-rest-pipeline',
  package: '@azure/core-rest-pipeline',
  lacks: {
    axios: HAS_OWN_PIPELINE,
    interceptors: HAS_OWN_PIPELINE,
    eviction: 'grows without bound',
    sharedStore: 'one process',
  },
  connect({ apiUrl, ...place }) {
    const policy = policyOf(() => askForToken(place));
    const pipeline = createEmptyPipeline();
    pipeline.addPolicy(policy);
    const http = createDefaultHttpClient();
    const overHttp = {
      sendRequest: (request) => {
        request.url = request.url.replace(SECURE, apiUrl);
        return http.sendRequest(request);
      },
    };
    return {
      getToken: () => tokenOf(policy),
      async send(path) {
        const request = createPipelineRequest({ url: `${SECURE}${path}`, allowInsecureConnection: true });
        const { status, bodyAsText } = await pipeline.sendRequest(overHttp, request);
        return { status, data: JSON.parse(bodyAsText) };
      },
    };
  },
  hoard: ({ tokenResponse }) => tokenMap(() => policyOf(async () => tokenResponse()), tokenOf),
};

function policyOf(ask) {
  const credential = {
    async getToken() {
      const { access_token, expires_in } = await ask();
      return { token: access_token, expiresOnTimestamp: Date.now() + expires_in * 1_000 };
    },
  };
  return bearerTokenAuthenticationPolicy({ credential, scopes: 'api' });
}

const REQUEST = { url: SECURE, headers: { set: () => undefined } };
const ANSWER = { status: 200 };
const atOnce = async () => ANSWER;

function tokenOf(policy) {
  return policy.sendRequest(REQUEST, atOnce);
}
