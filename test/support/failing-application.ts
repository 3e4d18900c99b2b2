import axios, { type AxiosInstance } from 'axios';
import {
  authorizeAxios,
  ClientCredentialsError,
  TokenManager,
  type ClientCredentialsErrorCode,
  type TokenSource,
} from 'nestjs-client-credentials/core';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type RawAnswer,
} from 'nestjs-client-credentials/testing';

/** What the provider says, which an application's callers must not see. */
export const WORDS = 'words-of-the-provider';

/** A way in which a call within an application fails, and what the application's own caller is to be answered. */
export interface Failure {
  readonly name: string;
  readonly cause: (calling: CallingDesk) => Promise<unknown>;
  readonly status: number;
  readonly retryAfter: string | null;
}

const rejecting =
  (answer: RawAnswer) =>
  async ({ server, http }: CallingDesk): Promise<unknown> => {
    server.tokenEndpoint.answerNext(1, answer);
    return http.get('/a');
  };

const thrown =
  (code: ClientCredentialsErrorCode, details: object = {}) =>
  async (): Promise<never> => {
    throw new ClientCredentialsError(WORDS, { code, provider: 'desk', ...details });
  };

/** Failures that a handler answers. */
export const ANSWERED: Failure[] = [
  {
    name: 'a rejection',
    cause: rejecting({ status: 401, body: { error: 'invalid_client', error_description: WORDS } }),
    status: 502,
    retryAfter: null,
  },
  {
    name: 'an endpoint that is down',
    cause: rejecting({ status: 500, body: { error_description: WORDS } }),
    status: 503,
    retryAfter: null,
  },
  {
    name: 'an endpoint that names a time',
    cause: rejecting({ status: 429, headers: { 'retry-after': '7' }, body: { error_description: WORDS } }),
    status: 503,
    retryAfter: '7',
  },
  {
    name: 'an answer that is no token',
    cause: rejecting({ status: 200, body: { words: WORDS } }),
    status: 502,
    retryAfter: null,
  },
  {
    name: 'a 401 of the API after which no other token could be had',
    cause: async ({ server, source, http }) => {
      await source.getToken();
      server.revoke();
      const body = { error: 'invalid_client', error_description: WORDS };
      server.tokenEndpoint.answerNext(1, { status: 401, body });
      return http.get('/a');
    },
    status: 502,
    retryAfter: null,
  },
  { name: 'a manager that is closed', cause: thrown('closed'), status: 503, retryAfter: null },
  { name: 'a budget that is spent', cause: thrown('issuance_limit_reached'), status: 503, retryAfter: null },
  {
    name: 'a tenant that cannot be looked up',
    cause: thrown('tenant_unavailable'),
    status: 502,
    retryAfter: null,
  },
];

/** Failures that are the application's own fault, or nothing of ours: they pass through to the framework. */
export const PASSED_THROUGH: Failure[] = [
  { name: 'wrong options', cause: thrown('invalid_configuration'), status: 500, retryAfter: null },
  { name: 'an unknown provider', cause: thrown('unknown_provider'), status: 500, retryAfter: null },
  { name: 'no tenant', cause: thrown('tenant_required'), status: 500, retryAfter: null },
  { name: 'an unknown tenant', cause: thrown('unknown_tenant'), status: 500, retryAfter: null },
  {
    name: 'an error of the API',
    cause: async ({ server, http }) => {
      server.api.answerNext(1, { status: 409 });
      return http.get('/a');
    },
    status: 500,
    retryAfter: null,
  },
  {
    name: 'an error of the application',
    cause: async () => Promise.reject(new Error(WORDS)),
    status: 500,
    retryAfter: null,
  },
];

/** An authorized axios instance over a server of tokens, by the system's own clock. */
export interface CallingDesk extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly source: TokenSource;
  readonly http: AxiosInstance;
}

export async function openCallingDesk(): Promise<CallingDesk> {
  const server = await startAuthorizationServer();
  const desk = { ...server.providerConfig, tokenRequest: { attempts: 1 } };
  const tokens = new TokenManager({ providers: { desk } });
  const source = tokens.source('desk');
  const http = axios.create({ baseURL: server.apiUrl });
  authorizeAxios(http, source);
  return {
    server,
    source,
    http,
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await server.close();
    },
  };
}
