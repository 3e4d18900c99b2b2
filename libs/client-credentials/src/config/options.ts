import type { CreateAxiosDefaults } from 'axios';
import type { Clock } from '../base/clock.js';
import type {
  AssertionOptions,
  Certificate,
  ClientAssertion,
  ClientAuthentication,
  ClientAuthenticationMethod,
  DpopOptions,
  Lazy,
  PrivateKey,
  Secret,
} from './credentials.js';
import type { Dialect, Parameters } from './dialect.js';
import type { LifetimeOptions, ReacquireOptions, TokenRequestOptions } from './provider-options.js';
import type { OutboundCall, TokenRequest } from './token-request.js';
import type { TokenStore } from './token-store.js';

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
   * The token endpoint: https, or http on loopback. Left out where `issuer` names a server that announces it.
   *
   * @see RFC 6749 §3.2
   */
  tokenUrl?: string;
  /**
   * The authorization server, whose metadata names the token endpoint. With `tokenUrl` beside it nothing is looked
   * up: then it is only the audience of client assertions.
   *
   * @see RFC 8414, OpenID Connect Discovery 1.0
   */
  issuer?: string;
  /** The client identifier. */
  clientId: string;
  /** The client secret. A function is read for every acquisition, and once more if the provider refuses what it gave. */
  clientSecret?: Lazy<Secret>;
  /**
   * How the client proves who it is. One method is used; others are never probed.
   *
   * @defaultValue `'client_secret_basic'`; without a secret `'private_key_jwt'` if there is a `privateKey` or a `clientAssertion`, `'tls_client_auth'` if there is a `certificate`
   */
  clientAuthentication?: ClientAuthenticationMethod | ClientAuthentication;
  /** The key that signs client assertions. A function is read for every acquisition, and once more if the provider refuses what it gave. */
  privateKey?: Lazy<PrivateKey>;
  /** What client assertions say, and how they are signed. */
  assertion?: AssertionOptions;
  /** A client assertion that is made elsewhere: workload identity. */
  clientAssertion?: ClientAssertion;
  /**
   * The client certificate: presented to the token endpoint, and to the API with the tokens that were acquired with it,
   * unless `tokenRequest.axios` or `api` has an agent of its own. Servers are always verified.
   *
   * @see RFC 8705
   */
  certificate?: Lazy<Certificate>;
  /**
   * Binds tokens to a key, so that nobody else can use them.
   *
   * @see RFC 9449
   */
  dpop?: true | DpopOptions;
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
  /**
   * How many tokens may be asked for: retries, renewals and forced ones included, by all who share the store, in a window
   * that opens with the first. At 80 % there is an event; at the limit a valid token goes on being served, and then callers get
   * `issuance_limit_reached`.
   */
  issuance?: { limit: number; windowSeconds: number };
  /** Chooses what to ask for by the call it is for, e.g. the read scope for GET and the write scope for POST. */
  tokenFor?: (call: OutboundCall) => TokenRequest | undefined;
  /**
   * What differs for a tenant. It is asked when a tenant is first needed, once for all who wait for it, and again when
   * `tenantCache` has forgotten the answer; what it does not name is as configured here. `undefined` says that there is no such
   * tenant (`unknown_tenant`); a throw, or no answer within `tokenRequest.timeoutMs`, is `tenant_unavailable`. Neither is remembered.
   */
  tenants?: (tenant: string) => TenantConfig | undefined | Promise<TenantConfig | undefined>;
  /** How long tenants are remembered, and how many. */
  tenantCache?: TenantCacheOptions;
}

/** What is remembered of tenants. */
export interface TenantCacheOptions {
  /**
   * How many are kept in memory; beyond that the one that was used longest ago is forgotten, unless a token of it is being acquired.
   *
   * @defaultValue 10 000
   */
  max?: number;
  /**
   * Seconds after which `tenants` is asked again. Tokens stay where the answer is the same.
   *
   * @defaultValue 300
   */
  ttlSeconds?: number;
}

/**
 * What differs for one tenant, laid over the provider's own options: each option in its place, those of `api`, `dialect`,
 * `lifetime`, `tokenRequest` and `reacquire` one by one, and `parameters` by name. Of `tokenUrl` and `issuer`, and of `clientSecret`, `privateKey` and `clientAssertion`, what the
 * tenant names replaces all.
 */
export interface TenantConfig extends Partial<Omit<ProviderConfig, 'tenants' | 'tenantCache'>> {}

/**
 * A provider each of whose tenants has its own credentials, or its own server, API base, scope.
 *
 * @example
 * ```ts
 * const signeasyOfEach: TenantProviderConfig = {
 *   ...shared,
 *   tenants: async (tenant) => {
 *     const row = await customers.find(tenant);
 *     return row && { clientId: row.clientId, clientSecret: row.clientSecret };
 *   },
 * };
 * ```
 */
export interface TenantProviderConfig extends TenantConfig, Pick<ProviderConfig, 'tenantCache'> {
  /** What differs for a tenant: see {@link ProviderConfig.tenants}. */
  tenants: NonNullable<ProviderConfig['tenants']>;
}

/** What a {@link TokenManager} and the Nest module are built from. */
export interface ClientCredentialsOptions {
  /** The providers by the names they are asked for under. */
  providers: Record<string, ProviderConfig | TenantProviderConfig>;
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
