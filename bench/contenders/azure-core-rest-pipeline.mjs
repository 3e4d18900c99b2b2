import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
import { askForToken } from './ask-for-token.mjs';
import { tokenMap } from './token-map.mjs';

const HAS_OWN_PIPELINE = 'tokens are available in its own pipeline only';
// The policy rejects http, even on loopback; the HTTP client replaces this URL.
const SECURE = 'https://api.example.com';

/** The policy for bearer tokens. `getToken` runs the policy alone, the only access to its cache. */
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

function policyOf(requestToken) {
  const credential = {
    async getToken() {
      const { access_token, expires_in } = await requestToken();
      return { token: access_token, expiresOnTimestamp: Date.now() + expires_in * 1_000 };
    },
  };
  return bearerTokenAuthenticationPolicy({ credential, scopes: 'api' });
}

const REQUEST = { url: SECURE, headers: { set: () => undefined } };
const RESPONSE = { status: 200 };
const respondAtOnce = async () => RESPONSE;

function tokenOf(policy) {
  return policy.sendRequest(REQUEST, respondAtOnce);
}
