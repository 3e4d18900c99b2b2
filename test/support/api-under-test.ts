import { inspect } from 'node:util';
import axios, { type AxiosError, type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import {
  authorizeAxios,
  TokenManager,
  type ProviderConfig,
  type TokenEvent,
  type TokenSource,
} from 'nestjs-client-credentials/core';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from 'nestjs-client-credentials/testing';

/** An API, the server of its tokens, and an axios instance that is authorized for it. */
export interface ApiUnderTest extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly tokens: TokenManager;
  readonly source: TokenSource;
  readonly http: AxiosInstance;
  readonly events: TokenEvent[];
  readonly detach: () => void;
}

export interface ApiUnderTestOptions {
  server?: AuthorizationServerOptions;
  provider?: Partial<ProviderConfig>;
  axios?: CreateAxiosDefaults;
}

export async function startApiUnderTest(options: ApiUnderTestOptions = {}): Promise<ApiUnderTest> {
  const server = await startAuthorizationServer(options.server);
  const provider: ProviderConfig = {
    ...server.providerConfig,
    tokenRequest: { attempts: 1 },
    ...options.provider,
  };
  const tokens = new TokenManager({ providers: { desk: provider } });
  const events: TokenEvent[] = [];
  tokens.onEvent((event) => events.push(event));
  const source = tokens.source('desk');
  const http = axios.create({ baseURL: server.apiUrl, ...options.axios });
  return {
    server,
    tokens,
    source,
    http,
    events,
    detach: authorizeAxios(http, source),
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await server.close();
    },
  };
}

/** The bearer of each request that the API got. */
export function bearersOf(server: AuthorizationServer): (string | undefined)[] {
  return server.apiRequests.map(({ headers }) => headers.authorization);
}

/** The error that a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<AxiosError> {
  return (await call.then(
    () => Promise.reject(new Error('the call succeeded')),
    (error: unknown) => error,
  )) as AxiosError;
}

/** All that can be seen of something by looking at it. */
export function shown(value: unknown): string {
  return inspect(value, { depth: 12, showHidden: true, getters: true });
}
