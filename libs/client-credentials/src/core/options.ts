import type { AxiosRequestConfig, CreateAxiosDefaults } from 'axios';
import type { Clock } from './clock.js';
import type {
  ClientAuthentication,
  ClientAuthenticationMethod,
  Lazy,
  Secret,
} from './client-authentication.js';
import type { Dialect, Parameters } from './dialect.js';
import type { TokenStore } from './token-store.js';

/** What a caller asks of a token source. What is left out is as the provider's configuration says. */
export interface TokenRequest {
  /** The scopes to ask for. Order and duplicates make no difference. */
  scope?: string | string[];
  /** The API that the token is for, as some providers name it. */
  audience?: string;
  /** The API that the token is for, as RFC 8707 names it. */
  resource?: string | string[];
  /** More parameters, laid over the configured ones. They may not name the standard ones. */
  parameters?: Parameters;
  /** Seconds that the token must still be good for; if the current one has less, a new one is waited for. */
  minRemainingSeconds?: number;
}

/** A {@link TokenRequest} made directly rather than through an API call. */
export interface GetTokenOptions extends TokenRequest {
  /** Acquire a new token even if the current one is good. The answer is never the one being replaced. */
  forceRefresh?: boolean;
  /** Stops the wait of this caller. The acquisition goes on for the others. */
  signal?: AbortSignal;
}

/** What is known of an API call when its token is chosen. */
export interface OutboundCall {
  /** Upper case. */
  method: string;
  /** The final address, with the query. */
  url: string;
  /** The call's own headers, names in lower case. */
  headers: Record<string, string>;
}

/** What {@link ReacquireOptions.on} gets to see of an API's answer. */
export interface ApiAnswer {
  /** The status. */
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Parsed if it is JSON, else as it came; `undefined` for a stream. */
  data: unknown;
}

/** When a token counts as used up. Seconds everywhere. */
export interface LifetimeOptions {
  /**
   * Before expiry, from when on the token is renewed behind the caller's back.
   *
   * Too large and short-lived tokens are renewed all the time; hence a share of the lifetime, not a constant.
   *
   * @defaultValue 20 % of the lifetime, at most 300, at least twice the skew; jittered by ±10 %, so that a fleet does not renew at once
   */
  refreshAheadSeconds?: number;
  /**
   * Before expiry, from when on the token is no longer sent: clocks differ, and a request takes time.
   *
   * One that would leave nothing of a short-lived token gives way to the default.
   *
   * @defaultValue 10 % of the lifetime, at most 30, at least 1 from a lifetime of 3 on
   */
  expirySkewSeconds?: number;
  /**
   * The lifetime of a token whose answer names none.
   *
   * @defaultValue 3600
   */
  defaultSeconds?: number;
  /**
   * The longest lifetime believed.
   *
   * @defaultValue 2678400 (31 days)
   */
  maxSeconds?: number;
}

/** How a token is asked for. */
export interface TokenRequestOptions {
  /**
   * Milliseconds for one acquisition by the wall clock, retries and waits included.
   *
   * @defaultValue 10000
   */
  timeoutMs?: number;
  /**
   * How often the endpoint is asked at most, as long as it fails in a way that may pass.
   *
   * @defaultValue 3
   */
  attempts?: number;
  /** For the connection to the token endpoint: `proxy`, `httpAgent`, `httpsAgent` and the like. */
  axios?: AxiosRequestConfig;
}

/** What counts as the API's refusal of a token, and how often it is believed. */
export interface ReacquireOptions {
  /**
   * Whether an answer means that the token was refused.
   *
   * @defaultValue status 401
   */
  on?: (answer: ApiAnswer) => boolean;
  /**
   * Seconds for which a token that replaced a refused one is not replaced in turn, so that an API that refuses
   * every token costs one token in that time, not one per call. 0: none.
   *
   * @defaultValue 30, at most half the lifetime
   */
  cooldownSeconds?: number;
}

/**
 * One provider: where its tokens come from, who asks for them, and where they may go.
 *
 * @example
 * ```ts
 * const billing: ProviderConfig = {
 *   tokenUrl: 'https://id.example.com/token',
 *   clientId: 'desk',
 *   clientSecret: () => vault.read('billing'),
 *   scope: 'invoices.read',
 *   api: { baseURL: 'https://api.example.com' },
 * };
 * ```
 */
export interface ProviderConfig {
  /**
   * The token endpoint: https, or http on loopback.
   *
   * @see RFC 6749 §3.2
   */
  tokenUrl: string;
  /** The client identifier. */
  clientId: string;
  /** The client secret. A function is read for every acquisition, and once more if the provider refuses what it gave. */
  clientSecret?: Lazy<Secret>;
  /**
   * How the client proves who it is. One method is used; others are never probed.
   *
   * @defaultValue `'client_secret_basic'`
   */
  clientAuthentication?: ClientAuthenticationMethod | ClientAuthentication;
  /** The scopes to ask for unless a call names its own. */
  scope?: string | string[];
  /** The audience to ask for unless a call names its own. */
  audience?: string;
  /**
   * The resource to ask for unless a call names its own.
   *
   * @see RFC 8707 §2
   */
  resource?: string | string[];
  /** More parameters of the token request; a function is asked for every attempt. Their values count as secrets. */
  parameters?: Parameters | ((context: TokenRequest) => Parameters | Promise<Parameters>);
  /** How this provider departs from RFC 6749. */
  dialect?: Dialect;
  /** When a token counts as used up. */
  lifetime?: LifetimeOptions;
  /** How a token is asked for. */
  tokenRequest?: TokenRequestOptions;
  /** Defaults of the client's axios instance: `baseURL`, `timeout`, `headers`, agents. */
  api?: CreateAxiosDefaults;
  /**
   * The origins that the token may be sent to. They replace the default.
   *
   * @defaultValue the origin of `api.baseURL`, and of the `baseURL` of an instance given to `authorizeAxios`
   */
  allowedOrigins?: string[];
  /** What counts as a refusal of the token. */
  reacquire?: ReacquireOptions;
  /** Chooses what to ask for by the call it is for, e.g. the read scope for GET and the write scope for POST. */
  tokenFor?: (call: OutboundCall) => TokenRequest | undefined;
}

/** What a {@link TokenManager} and the Nest module are built from. */
export interface ClientCredentialsOptions {
  /** The providers by the names they are asked for under. */
  providers: Record<string, ProviderConfig>;
  /**
   * Where tokens are kept beside the manager's own memory.
   *
   * @defaultValue `new MemoryTokenStore({ maxEntries: 10_000 })`
   */
  store?: TokenStore;
  /**
   * Acquire tokens at start-up: for all providers, or for those named. A failure is reported, never fatal.
   *
   * @defaultValue `false`
   */
  warmUp?: boolean | string[];
  /**
   * The time; a test may bring its own.
   *
   * @defaultValue the system's clock
   */
  clock?: Clock;
}
