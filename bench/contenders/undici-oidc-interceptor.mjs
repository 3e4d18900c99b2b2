import { Agent } from 'undici';
import { createOidcInterceptor } from 'undici-oidc-interceptor';
import { requestBy } from './bare-undici.mjs';

/** The package reads the lifetime from the token itself, so the endpoint issues it JWTs. */
export const contender = {
  name: 'undici-oidc-interceptor',
  package: 'undici-oidc-interceptor',
  client: 'undici',
  floor: 'bare-undici',
  lacks: { renewing: 'it renews 10 s before a token ends; these tokens live for 2 s' },
  connect({ tokenUrl, apiUrl, clientId, clientSecret }) {
    const interceptor = createOidcInterceptor({
      idpTokenUrl: `${tokenUrl}?jwt`,
      clientId,
      clientSecret,
      urls: [apiUrl],
      retryOnStatusCodes: [401],
    });
    const dispatcher = new Agent().compose(interceptor);
    return { send: requestBy(dispatcher, apiUrl, { dispatcher }), close: () => dispatcher.close() };
  },
};
