import type { AuthorizationServerOptions } from './authorization-server.js';
import type { Clock } from '../base/clock.js';
import type { Dialect } from '../config/dialect.js';
import type { Secret } from '../config/credentials.js';

/**
 * Options with their defaults. `clientSecret` and `lifetimeSeconds` may change while the server runs.
 *
 * @internal
 */
export interface Settings {
  readonly clientId: string;
  clientSecret: Secret;
  readonly clientAuthentication: NonNullable<AuthorizationServerOptions['clientAuthentication']>;
  readonly dialect: Dialect;
  lifetimeSeconds: number | null;
  readonly tokenPath: string;
  readonly newToken: AuthorizationServerOptions['newToken'];
  readonly oneTokenPerClient: boolean;
  readonly sameTokenUntilExpiry: boolean;
  readonly clock: Clock;
  readonly api: AuthorizationServerOptions['api'];
}

/**
 * Fills in the defaults.
 *
 * @internal
 */
export function withDefaults(options: AuthorizationServerOptions): Settings {
  return {
    clientId: options.clientId ?? 'client',
    clientSecret: options.clientSecret ?? 'secret',
    clientAuthentication: options.clientAuthentication ?? 'client_secret_basic',
    dialect: options.dialect ?? {},
    // `null` means "never expires", so `??` cannot fill in the default.
    lifetimeSeconds: options.lifetimeSeconds === undefined ? 3600 : options.lifetimeSeconds,
    tokenPath: options.tokenPath ?? '/token',
    newToken: options.newToken,
    oneTokenPerClient: options.oneTokenPerClient ?? false,
    sameTokenUntilExpiry: options.sameTokenUntilExpiry ?? false,
    clock: options.clock ?? { now: () => Date.now() },
    api: options.api,
  };
}
