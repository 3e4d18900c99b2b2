export { clientCredentialsErrorHandler, fastifyClientCredentialsErrorHandler } from './error-handler.js';
export type { ErrorMiddleware, FastifyReplyLike } from './error-handler.js';
export type { Middleware, Next } from './middleware.js';
export { TokenRelayError } from './relay-error.js';
export { tenantContext } from './tenant-context.js';
export { tokenRelay } from './token-relay.js';
export type { RelaySource, TokenRelay, TokenRelayFactory, TokenRelayOptions } from './token-relay.js';
export type { UpstreamAnswer } from './upstream-answer.js';
export { currentTenant, runWithTenant } from '../base/tenant-context.js';
