import type { Clock } from '../base/clock.js';
import type { Dialect } from '../config/dialect.js';
import type { ClientAuthenticationMethod, Secret } from '../config/credentials.js';
import type { ProviderConfig } from '../config/options.js';
import type { Endpoint } from './endpoint.js';
import type { TestToken } from './issued-token.js';
import type { ApiRequest, RecordedRequest } from './recorded-request.js';
import type { RequestHandler, ScriptedAnswer } from './scripted-answer.js';

/** Authentication methods that the server checks itself. For other methods, pass a function. */
export type CheckedAuthenticationMethod = Extract<
  ClientAuthenticationMethod,
  'client_secret_basic' | 'client_secret_post' | 'none'
>;

/** Options of {@link startAuthorizationServer}. Every option has a default. */
export interface AuthorizationServerOptions {
  /**
   * Id of the one registered client.
   *
   * @defaultValue `'client'`
   */
  clientId?: string;
  /**
   * Secret of the client; every secret of a list is accepted.
   *
   * @defaultValue `'secret'`
   */
  clientSecret?: Secret;
  /**
   * The accepted method of client authentication, or a function that checks a request.
   *
   * @defaultValue `'client_secret_basic'`
   * @see RFC 6749 §2.3
   */
  clientAuthentication?:
    CheckedAuthenticationMethod | ((request: RecordedRequest) => boolean | Promise<boolean>);
  /** Departures from RFC 6749. Requests must follow the dialect exactly, and responses do. */
  dialect?: Dialect;
  /**
   * Lifetime of a token in seconds; `null` for tokens that never expire, whose response has no lifetime.
   *
   * @defaultValue 3600
   */
  lifetimeSeconds?: number | null;
  /**
   * Path of the token endpoint, optionally with a query.
   *
   * @defaultValue `'/token'`
   */
  tokenPath?: string;
  /**
   * Returns the value of a new token; `issue` counts tokens from 1.
   *
   * @defaultValue `token-<issue>-<random>`
   */
  newToken?: (issue: number, request: RecordedRequest) => string;
  /**
   * Whether a new token revokes the client's earlier tokens, as at some providers.
   *
   * @defaultValue `false`
   */
  oneTokenPerClient?: boolean;
  /**
   * Whether the same token is returned until expiry, with `expires_in` counting down to 0.
   *
   * @defaultValue `false`
   */
  sameTokenUntilExpiry?: boolean;
  /**
   * Clock for issuing and expiry, such as a test's fake clock.
   *
   * @defaultValue the system's clock
   */
  clock?: Clock;
  /**
   * Handles an API call with a valid token.
   *
   * @defaultValue 200 and `{ method, path, query, body }`, the body as text
   */
  api?: RequestHandler<ApiRequest>;
}

/** A running server: see {@link startAuthorizationServer}. */
export interface AuthorizationServer extends AsyncDisposable {
  /** URL of the token endpoint. */
  readonly tokenUrl: string;
  /** URL of the API, without a path. Its origin is not the origin of the token endpoint. */
  readonly apiUrl: string;
  /** The token endpoint: recorded requests and scripted responses. */
  readonly tokenEndpoint: Endpoint;
  /** The API: recorded requests and scripted responses. */
  readonly api: Endpoint<ApiRequest>;
  /** Recorded requests of the token endpoint. */
  readonly tokenRequests: readonly RecordedRequest[];
  /** Recorded requests of the API. */
  readonly apiRequests: readonly ApiRequest[];
  /** All issued tokens, in order. */
  readonly issued: readonly TestToken[];
  /** The {@link AuthorizationServerOptions.clientSecret} option; assign a new value to rotate the secret. */
  clientSecret: Secret;
  /** The {@link AuthorizationServerOptions.lifetimeSeconds} option; a new value applies to tokens issued later. */
  lifetimeSeconds: number | null;
  /**
   * Provider configuration for this server, to spread into the options under test.
   *
   * Has no `clientAuthentication` if the server's option is a function: add your own.
   */
  readonly providerConfig: AuthorizationServerProviderConfig;
  /** Short for `tokenEndpoint.failNext`. */
  failNext(times?: number, fault?: ScriptedAnswer): void;
  /**
   * Issues a token without a token request, for a response written by hand.
   *
   * @example
   * ```ts
   * const { value } = server.issue();
   * server.tokenEndpoint.answerNext(1, { body: { data: JSON.stringify({ token: value }) } });
   * ```
   */
  issue(value?: string): TestToken;
  /** Revokes one token, or all tokens issued so far: the API refuses revoked tokens. */
  revoke(token?: string): void;
  /** Stops listening and closes every connection, including hanging ones. May be called more than once. */
  close(): Promise<void>;
}

/** The part of a {@link ProviderConfig} that the server knows. */
export type AuthorizationServerProviderConfig = Required<Pick<ProviderConfig, 'tokenUrl' | 'clientId'>> & {
  clientSecret?: Secret;
  clientAuthentication?: CheckedAuthenticationMethod;
  dialect?: Dialect;
  api: { baseURL: string };
};
