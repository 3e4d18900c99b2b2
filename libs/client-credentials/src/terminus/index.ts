export type { ProviderHealth } from '../token/provider-health.js';
export type { TokenState } from '../token/snapshot.js';
export { TokensHealthIndicator } from './tokens-health-indicator.js';
export type { TokensHealth, TokensHealthOptions } from './tokens-health-indicator.js';
