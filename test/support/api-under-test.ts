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

/** An authorization server with its API, and an axios instance authorized for that API. */
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

/** `Authorization` header of each API request. */
export function bearersOf(server: AuthorizationServer): (string | undefined)[] {
  return server.apiRequests.map(({ headers }) => headers.authorization);
}

/** Error of a failed call. */
export async function failureOf(call: Promise<unknown>): Promise<AxiosError> {
  return (await call.then(
    () => Promise.reject(new Error('the call succeeded')),
    (error: unknown) => error,
  )) as AxiosError;
}

/** Full inspection of a value, including hidden properties and getters. */
export function shown(value: unknown): string {
  return inspect(value, { depth: 12, showHidden: true, getters: true });
}
