import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';
import { sendBy } from './bare-fetch.mjs';

/** The package's own fetch wrapper. It takes no fetch but the platform's. */
export const contender = {
  name: '@badgateway/oauth2-client, OAuth2Fetch',
  package: '@badgateway/oauth2-client',
  client: 'fetch',
  floor: 'bare-fetch',
  connect({ tokenUrl, apiUrl, clientId, clientSecret, fetch }) {
    const client = new OAuth2Client({ server: tokenUrl, tokenEndpoint: tokenUrl, clientId, clientSecret });
    const wrapper = new OAuth2Fetch({ client, getNewToken: () => client.clientCredentials() });
    const authorized = fetch === undefined ? wrapper.fetch.bind(wrapper) : throughMiddleware(wrapper, fetch);
    return { fetch: authorized, send: sendBy(authorized, apiUrl) };
  },
};

/** The wrapper's middleware around another fetch: what `wrapper.fetch` does with the platform's. */
function throughMiddleware(wrapper, fetch) {
  const middleware = wrapper.mw();
  return (input, init) => middleware(new Request(input, init), fetch);
}
