export { AccessToken } from './access-token.js';
export type {
  ApiAccess,
  ApiRules,
  PossessionProver,
  ProvenRequest,
  RefusalOutcome,
  TokenPlacement,
} from './api-access.js';
export type { Clock } from './clock.js';
export type {
  AuthorizationDialect,
  Dialect,
  JsonValue,
  Parameters,
  ResponseDialect,
  StandardParameter,
} from './dialect.js';
export { ClientCredentialsError } from './errors.js';
export type { ClientCredentialsErrorCode, ClientCredentialsErrorDetails } from './errors.js';
export type {
  AcquisitionReason,
  ApiReplayedEvent,
  CredentialsRotatedEvent,
  IssuanceNearLimitEvent,
  StoreUnavailableEvent,
  TokenAcquiredEvent,
  TokenEvent,
  TokenEventBase,
  TokenEventListener,
  TokenFailedEvent,
  TokenInvalidatedEvent,
} from './events.js';
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
} from './client-authentication.js';
export type {
  ClientCredentialsOptions,
  ProviderConfig,
  TenantCacheOptions,
  TenantConfig,
  TenantProviderConfig,
} from './options.js';
export type { GetTokenOptions, OutboundCall, TokenRequest } from './token-request.js';
export type {
  ApiAnswer,
  LifetimeOptions,
  ReacquireOptions,
  TokenRequestOptions,
} from './provider-options.js';
export type { SnapshotRow, TokenState } from './snapshot.js';
export { currentTenant, runWithTenant } from './tenant-context.js';
export type { ReadyToken, TokenSource } from './token-source.js';
export type { Lock, TokenStore } from './token-store.js';
export { TokenManager } from '../manager/token-manager.js';
export { MemoryTokenStore } from '../store/memory-token-store.js';
export type { MemoryTokenStoreOptions } from '../store/memory-token-store.js';
export { authorizeAxios } from '../http/authorize-axios.js';
export type { AuthorizableAxios } from '../http/authorize-axios.js';
export { authorizeFetch } from '../http/authorize-fetch.js';
export type { AuthorizedFetch, AuthorizedRequestInit } from '../http/authorize-fetch.js';
