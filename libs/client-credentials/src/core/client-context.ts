import type { AccessToken } from './access-token.js';
import type { Clock } from './clock.js';
import type { EventHub } from './events.js';
import type { Acquirer, IssuedToken } from './issued-token.js';
import type { IssuanceBudget } from './issuance-budget.js';
import type { LifetimeOptions } from './provider-options.js';

/** What the entries of one client have in common. */
export interface ClientContext {
  readonly provider: string;
  readonly lifetime: LifetimeOptions;
  readonly cooldownMs: number;
  /** How long an acquisition may keep others who share the store from making one. */
  readonly lockMs: number;
  /** How many tokens may be asked for, if that is limited. */
  readonly budget: IssuanceBudget | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: EventHub;
  readonly acquirer: Acquirer;
  readonly toAccessToken: (issued: IssuedToken) => AccessToken;
  readonly warnOnce: (topic: string, message: string) => void;
  /** Aborted, with the error that callers get, when the manager closes. */
  readonly closed: AbortSignal;
  /** The entry that acquired a token last. */
  latest: object | undefined;
}
