export { AccessToken } from '../token/access-token.js';
export type { Clock } from '../base/clock.js';
export type {
  AuthorizationDialect,
  Dialect,
  JsonValue,
  Parameters,
  ResponseDialect,
  StandardParameter,
} from '../config/dialect.js';
export { ClientCredentialsError } from '../base/errors.js';
export type { ClientCredentialsErrorCode, ClientCredentialsErrorDetails } from '../base/errors.js';
export type {
  AcquisitionReason,
  ApiRefusedEvent,
  ApiReplayedEvent,
  CredentialsRotatedEvent,
  IssuanceNearLimitEvent,
  StoreOperation,
  StoreUnavailableEvent,
  TokenAcquiredEvent,
  TokenEvent,
  TokenEventBase,
  TokenEventListener,
  TokenFailedEvent,
  TokenInvalidatedEvent,
} from '../base/events.js';
export type {
  AssertionOptions,
  Certificate,
  ClientAssertion,
  ClientAuthentication,
  ClientAuthenticationMethod,
  DpopOptions,
  JsonWebKey,
  Lazy,
  PrivateKey,
  Secret,
  TokenRequestAttempt,
} from '../config/credentials.js';
export type {
  AnyProviderConfig,
  ClientCredentialsOptions,
  ProviderConfig,
  TenantCacheOptions,
  TenantConfig,
  TenantProviderConfig,
  TenantsOnlyConfig,
} from '../config/options.js';
export type { JwtBearerGrant } from '../config/grant.js';
export type { GetTokenOptions, OutboundCall, TokenRequest } from '../config/token-request.js';
export type {
  ApiAnswer,
  LifetimeOptions,
  ReacquireOptions,
  TokenRequestOptions,
} from '../config/provider-options.js';
export type { SnapshotRow, TokenState } from '../token/snapshot.js';
export { currentTenant, runWithTenant } from '../base/tenant-context.js';
export type { BearerSource, BearerToken, TokenSource } from '../token/token-source.js';
export type { Lock, TokenStore } from '../config/token-store.js';
export { TokenManager } from '../manager/token-manager.js';
export { MemoryTokenStore } from '../store/memory-token-store.js';
export type { MemoryTokenStoreOptions } from '../store/memory-token-store.js';
export { authorizeAxios } from '../http/authorize-axios/authorize-axios.js';
export type { AuthorizableAxios } from '../http/authorize-axios/authorize-axios.js';
export { authorizeFetch } from '../http/fetch/authorize-fetch.js';
export type { AuthorizedFetch, AuthorizedRequestInit } from '../http/fetch/authorize-fetch.js';
export type { AuthorizeOptions } from '../http/source-attachment.js';
