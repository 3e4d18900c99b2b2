import type { Clock } from '../base/clock.js';
import type { Dialect } from '../config/dialect.js';
import type { ClientAuthenticationMethod, Secret } from '../config/credentials.js';
import type { ProviderConfig } from '../config/options.js';
import type { Endpoint } from './endpoint.js';
import type { TestToken } from './issued-token.js';
import type { ApiRequest, RecordedRequest } from './recorded-request.js';
import type { RequestHandler, ScriptedAnswer } from './scripted-answer.js';

/** The methods that the server checks by itself; for another one it is given a function. */
export type CheckedAuthenticationMethod = Extract<
  ClientAuthenticationMethod,
  'client_secret_basic' | 'client_secret_post' | 'none'
>;

/** What the server accepts and how it answers. Everything has a default. */
export interface AuthorizationServerOptions {
  /**
   * The client it knows.
   *
   * @defaultValue `'client'`
   */
  clientId?: string;
  /**
   * The client's secret; of several, any is accepted.
   *
   * @defaultValue `'secret'`
   */
  clientSecret?: Secret;
  /**
   * The one way of client authentication it accepts, or a function that checks a request itself.
   *
   * @defaultValue `'client_secret_basic'`
   * @see RFC 6749 §2.3
   */
  clientAuthentication?:
    CheckedAuthenticationMethod | ((request: RecordedRequest) => boolean | Promise<boolean>);
  /** How it departs from RFC 6749: requests are read, and answers written, exactly that way. */
  dialect?: Dialect;
  /**
   * Lifetime of a token; `null`: it does not end, and the answer names none.
   *
   * @defaultValue 3600
   */
  lifetimeSeconds?: number | null;
  /**
   * Path of the token endpoint, with a query if it is to have one.
   *
   * @defaultValue `'/token'`
   */
  tokenPath?: string;
  /**
   * Makes the value of a token; `issue` counts them from 1.
   *
   * @defaultValue `token-<issue>-<random>`
   */
  newToken?: (issue: number, request: RecordedRequest) => string;
  /** Issuing a token revokes the earlier ones of that client, as some providers do. */
  oneTokenPerClient?: boolean;
  /** Hands out one token until it ends, its `expires_in` counting down (rounded down, 0 at the end). */
  sameTokenUntilExpiry?: boolean;
  /**
   * The time by which tokens are issued and end; a test's fake clock.
   *
   * @defaultValue the system's clock
   */
  clock?: Clock;
  /**
   * What the API answers to a call that carries a good token.
   *
   * @defaultValue 200 and `{ method, path, query, body }`, the body as text
   */
  api?: RequestHandler<ApiRequest>;
}

/** A running server: see {@link startAuthorizationServer}. */
export interface AuthorizationServer extends AsyncDisposable {
  /** Address of the token endpoint. */
  readonly tokenUrl: string;
  /** Address of the API: of another origin than the token endpoint, without a path. */
  readonly apiUrl: string;
  /** The token endpoint: its requests, its faults. */
  readonly tokenEndpoint: Endpoint;
  /** The API: its requests, its faults. */
  readonly api: Endpoint<ApiRequest>;
  /** The requests of the token endpoint. */
  readonly tokenRequests: readonly RecordedRequest[];
  /** The requests of the API. */
  readonly apiRequests: readonly ApiRequest[];
  /** Every token issued, in order. */
  readonly issued: readonly TestToken[];
  /** What {@link AuthorizationServerOptions.clientSecret} says; may be changed while it runs, to rotate it. */
  clientSecret: Secret;
  /** What {@link AuthorizationServerOptions.lifetimeSeconds} says; a change counts for tokens issued from then on. */
  lifetimeSeconds: number | null;
  /**
   * A provider's configuration for this server, to be spread into the options of what is tested. Where
   * `clientAuthentication` is a function, it names none: add your own.
   */
  readonly providerConfig: AuthorizationServerProviderConfig;
  /** The same as `tokenEndpoint.failNext`. */
  failNext(times?: number, fault?: ScriptedAnswer): void;
  /**
   * Makes a token that the API accepts without a token request, for an answer written by hand.
   *
   * @example
   * ```ts
   * const { value } = server.issue();
   * server.tokenEndpoint.answerNext(1, { body: { data: JSON.stringify({ token: value }) } });
   * ```
   */
  issue(value?: string): TestToken;
  /** Revokes one token, or all issued so far: the API refuses them from now on. */
  revoke(token?: string): void;
  /** Stops listening and cuts every connection, also those that hang. May be called more than once. */
  close(): Promise<void>;
}

/** The part of a {@link ProviderConfig} that the server knows. */
export type AuthorizationServerProviderConfig = Required<Pick<ProviderConfig, 'tokenUrl' | 'clientId'>> & {
  clientSecret?: Secret;
  clientAuthentication?: CheckedAuthenticationMethod;
  dialect?: Dialect;
  api: { baseURL: string };
};
