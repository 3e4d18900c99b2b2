import {
  authorizeFetch,
  TokenManager,
  type AuthorizedFetch,
  type ProviderConfig,
  type TokenSource,
} from 'nestjs-client-credentials/core';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from 'nestjs-client-credentials/testing';

/** An authorized `fetch`, the API, and the server of its tokens. */
export interface FetchDesk extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly source: TokenSource;
  readonly fetch: AuthorizedFetch;
}

export async function openFetchDesk(
  options: { server?: AuthorizationServerOptions; provider?: Partial<ProviderConfig> } = {},
): Promise<FetchDesk> {
  const server = await startAuthorizationServer(options.server);
  const desk = { ...server.providerConfig, tokenRequest: { attempts: 1 }, ...options.provider };
  const tokens = new TokenManager({ providers: { desk } });
  const source = tokens.source('desk');
  return {
    server,
    source,
    fetch: authorizeFetch(source),
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await server.close();
    },
  };
}

/** What the API got: method, address, the number of the token that came with it, content type and body. */
export function callsTo(server: AuthorizationServer): unknown[] {
  const values = server.issued.map(({ value }) => value);
  return server.apiRequests.map(({ method, url, token, headers, text }) => [
    method,
    url,
    token === undefined ? undefined : values.indexOf(token),
    headers['content-type'],
    text,
  ]);
}
