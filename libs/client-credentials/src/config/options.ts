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
import type { JwtBearerGrant } from './grant.js';
import type { LifetimeOptions, ReacquireOptions, TokenRequestOptions } from './provider-options.js';
import type { OutboundCall, TokenRequest } from './token-request.js';
import type { TokenStore } from './token-store.js';

/**
 * A provider with tenants and without a client of its own.
 *
 * The type has no `clientId`, so that the compiler compares options with a wrong `clientId` to
 * {@link ProviderConfig}. For options without any it compares with the last member of {@link AnyProviderConfig}.
 */
export interface TenantsOnlyConfig extends Omit<TenantProviderConfig, 'clientId'> {}

/** The options of one provider, with or without tenants. */
export type AnyProviderConfig = TenantsOnlyConfig | ProviderConfig;

/**
 * One provider: its token endpoint, the client's credentials, and the API that gets the tokens.
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
   * URL of the token endpoint: https, or http on loopback. Not needed if `issuer` is set.
   *
   * @see RFC 6749 §3.2
   */
  tokenUrl?: string;
  /**
   * URL of the authorization server, whose metadata names the token endpoint.
   *
   * With `tokenUrl` set, no metadata is fetched and the issuer is only the audience of client assertions.
   *
   * @see RFC 8414, OpenID Connect Discovery 1.0
   */
  issuer?: string;
  /** The client identifier. */
  clientId: string;
  /**
   * The client secret, a list of secrets, or a function that reads them.
   *
   * A function is called for every token request, and once more if the provider refuses the secret.
   */
  clientSecret?: Lazy<Secret>;
  /**
   * Method of client authentication, or a function that authenticates each attempt.
   *
   * No other method is tried after a refusal.
   *
   * @defaultValue `'client_secret_basic'`; without `clientSecret`, `'private_key_jwt'` for `privateKey` or `clientAssertion`, `'tls_client_auth'` for `certificate`; none with `grant`
   */
  clientAuthentication?: ClientAuthenticationMethod | ClientAuthentication;
  /**
   * Private key that signs client assertions, and the JWT of `grant`, or a function that reads it.
   *
   * A function is called for every token request, and once more if the provider refuses the key.
   */
  privateKey?: Lazy<PrivateKey>;
  /** Contents and signature of client assertions. */
  assertion?: AssertionOptions;
  /** Client assertion from outside, such as a workload identity token. */
  clientAssertion?: ClientAssertion;
  /**
   * Client certificate for the token endpoint, and for the API with tokens acquired by it.
   *
   * An agent in `tokenRequest.axios` or `api` takes its place. Server certificates are always verified.
   *
   * @see RFC 8705
   */
  certificate?: Lazy<Certificate>;
  /**
   * Binds tokens to a key, so that a stolen token is useless without the key.
   *
   * @see RFC 9449
   */
  dpop?: true | DpopOptions;
  /**
   * The grant, if it is a signed JWT instead of the client credentials: service accounts.
   *
   * @see RFC 7523 §2.1
   */
  grant?: JwtBearerGrant;
  /** Scopes to request, unless a call names its own. */
  scope?: string | string[];
  /** Audience to request, unless a call names its own. */
  audience?: string;
  /**
   * Resource to request, unless a call names its own.
   *
   * @see RFC 8707 §2
   */
  resource?: string | string[];
  /**
   * Further parameters of the token request, or a function that returns them.
   *
   * A function is called for every attempt. The values count as secrets. Standard parameters have their own options.
   */
  parameters?: Parameters | ((context: TokenRequest) => Parameters | Promise<Parameters>);
  /** Departures of this provider from RFC 6749. */
  dialect?: Dialect;
  /** When a token is renewed and when it counts as expired. */
  lifetime?: LifetimeOptions;
  /** Deadline, attempts and connection of token requests. */
  tokenRequest?: TokenRequestOptions;
  /** Defaults of the client's axios instance: `baseURL`, `timeout`, `headers`, agents. */
  api?: CreateAxiosDefaults;
  /**
   * Origins that the token may be sent to. The list replaces the default.
   *
   * @defaultValue the origin of `api.baseURL`, and of the `baseURL` of an instance given to `authorizeAxios`
   */
  allowedOrigins?: string[];
  /** Which API responses refuse the token, and how often a refused token is replaced. */
  reacquire?: ReacquireOptions;
  /**
   * Budget of token requests: at most `limit` within a window of `windowSeconds`.
   *
   * Retries, renewals and forced requests count. The window opens with the first request. At 80 % there is an event. At
   * the limit a valid token is still served; without one, callers get `issuance_limit_reached`. What is guaranteed:
   *
   * - Without a store, or with one that has no counters: at most `limit` requests of each process.
   * - With a store that counts: at most `limit` requests of all processes that share the store.
   * - While the store gives no count: a process makes a tenth of the requests that were left at its last count, at least
   *   one. They are added to the count when the store is back. More than ten processes may exceed the limit by these.
   * - After the store lost its counter (FLUSHALL, failover, eviction): the count goes on at the largest value that a
   *   process knows. Requests that none of the processes which ask for tokens knows of may be made once more.
   *
   * In each case a process by itself makes at most `limit` requests.
   */
  issuance?: { limit: number; windowSeconds: number };
  /** Chooses the token request for an API call, such as the read scope for GET and the write scope for POST. */
  tokenFor?: (call: OutboundCall) => TokenRequest | undefined;
  /**
   * Returns the options of a tenant that differ from this configuration, or `undefined` for an unknown tenant.
   *
   * The function is called when a tenant is first needed, once for all concurrent callers, and again after
   * `tenantCache` has dropped the tenant. `undefined` gives callers `unknown_tenant`; for a second, up to 1,000 unknown
   * tenants are remembered and not asked for again. A throw, or no result within `tokenRequest.timeoutMs`, gives callers
   * `tenant_unavailable`, and the next call tries again.
   */
  tenants?: (tenant: string) => TenantConfig | undefined | Promise<TenantConfig | undefined>;
  /** How many tenants are cached, and for how long. */
  tenantCache?: TenantCacheOptions;
}

/** How many tenants are cached, and for how long. */
export interface TenantCacheOptions {
  /**
   * Largest number of cached tenants; beyond it the least recently used tenant is dropped.
   *
   * A tenant with a token request in progress is kept, and so is one of the last thousand that were looked up and not
   * used yet.
   *
   * @defaultValue 10 000
   */
  max?: number;
  /**
   * Seconds after which `tenants` is called again for a cached tenant.
   *
   * Tokens are kept if the tenant's options are unchanged.
   *
   * @defaultValue 300
   */
  ttlSeconds?: number;
}

/**
 * Options of one tenant, laid over the provider's own.
 *
 * An option replaces the provider's option of that name. `api`, `dialect`, `lifetime`, `tokenRequest` and `reacquire`
 * are merged option by option, and `parameters` by name. A tenant's `tokenUrl` or `issuer` replaces both, and one of
 * `clientSecret`, `privateKey` and `clientAssertion` replaces all three. With `grant` the `privateKey` stands apart from the others.
 * A tenant's `grant` replaces the provider's whole.
 */
export interface TenantConfig extends Partial<Omit<ProviderConfig, 'tenants' | 'tenantCache'>> {}

/**
 * A provider whose tenants each have their own credentials, server, API base URL or scope.
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
  /** Returns the options of a tenant: see {@link ProviderConfig.tenants}. */
  tenants: NonNullable<ProviderConfig['tenants']>;
}

/** The options of a {@link TokenManager} and of the Nest module. */
export interface ClientCredentialsOptions {
  /** Providers by name. */
  providers: Record<string, AnyProviderConfig>;
  /**
   * Token store that other processes share, behind the manager's own memory.
   *
   * @defaultValue `new MemoryTokenStore({ maxEntries: 10_000 })`
   */
  store?: TokenStore;
  /**
   * Whether tokens are acquired at start-up: for all providers, or for the named ones.
   *
   * A failure is reported as an event and does not stop the start.
   *
   * @defaultValue `false`
   */
  warmUp?: boolean | string[];
  /**
   * The clock; a test may pass its own.
   *
   * @defaultValue the system clock
   */
  clock?: Clock;
}
