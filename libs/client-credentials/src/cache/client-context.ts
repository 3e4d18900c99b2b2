import type { AccessToken } from '../token/access-token.js';
import type { Clock } from '../base/clock.js';
import type { Shutdown } from '../base/shutdown.js';
import type { EventHub, TokenEventDetails } from '../base/events.js';
import type { TokenGrant, IssuedToken } from '../token/issued-token.js';
import type { IssuanceBudget } from '../store/issuance-budget.js';
import type { LifetimeOptions } from '../config/provider-options.js';
import type { StoredTokenDeps } from '../store/stored-token.js';

/** What the entries of one client have in common. */
export interface ClientContext {
  readonly provider: string;
  readonly tenant: string | undefined;
  readonly lifetime: LifetimeOptions;
  readonly cooldownMs: number;
  /** How long an acquisition may keep others who share the store from making one. */
  readonly lockMs: number;
  /** How many tokens may be asked for, if that is limited. */
  readonly budget: IssuanceBudget | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: EventHub;
  readonly grant: TokenGrant;
  /** Where tokens are in the store. */
  readonly stored: StoredTokenDeps;
  readonly toAccessToken: (issued: IssuedToken) => AccessToken;
  readonly warnOnce: (topic: string, message: string) => void;
  readonly shutdown: Shutdown;
  /** The entry that acquired a token last. */
  latest: object | undefined;
}

/** Tells those who listen something of a client's token for these scopes. */
export function tell(
  { provider, tenant, clock, events }: Pick<ClientContext, 'provider' | 'tenant' | 'clock' | 'events'>,
  scopes: readonly string[],
  details: TokenEventDetails,
): void {
  const whose = tenant === undefined ? { provider } : { provider, tenant };
  events.emit({ ...details, ...whose, scopes, at: clock.now() });
}
