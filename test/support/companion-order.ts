import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import {
  authorizeAxios,
  TokenManager,
  type ProviderConfig,
  type TokenSource,
} from 'nestjs-client-credentials/core';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from 'nestjs-client-credentials/testing';

/** Whether a companion is attached to the axios instance before or after `authorizeAxios`. */
export const ORDERS = ['before', 'after'] as const;
export type CompanionOrder = (typeof ORDERS)[number];

/** An authorized axios instance with a companion, the API, and the server of its tokens. */
export interface CompanionDesk<Companion> extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly tokens: TokenManager;
  readonly source: TokenSource;
  readonly http: AxiosInstance;
  readonly companion: Companion;
}

export interface CompanionDeskOptions {
  server?: AuthorizationServerOptions;
  provider?: Partial<ProviderConfig>;
  axios?: CreateAxiosDefaults;
}

/** Starts the servers, and attaches the companion to an axios instance before or after it is authorized. */
export async function openCompanionDesk<Companion>(
  order: CompanionOrder,
  attach: (http: AxiosInstance) => Companion,
  options: CompanionDeskOptions = {},
): Promise<CompanionDesk<Companion>> {
  const server = await startAuthorizationServer(options.server);
  const desk = { ...server.providerConfig, tokenRequest: { attempts: 1 }, ...options.provider };
  const tokens = new TokenManager({ providers: { desk } });
  const source = tokens.source('desk');
  const http = axios.create({ baseURL: server.apiUrl, ...options.axios });
  if (order === 'after') authorizeAxios(http, source);
  const companion = attach(http);
  if (order === 'before') authorizeAxios(http, source);
  return {
    server,
    tokens,
    source,
    http,
    companion,
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await server.close();
    },
  };
}
