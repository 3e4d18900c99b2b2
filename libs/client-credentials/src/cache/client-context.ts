import type { AcquisitionHub } from '../base/acquisitions.js';
import type { InstantClock } from '../base/clock.js';
import type { EventHub } from '../base/events.js';
import type { Shutdown } from '../base/shutdown.js';
import type { LifetimeOptions } from '../config/provider-options.js';
import type { IssuanceBudget } from '../store/issuance-budget.js';
import type { StoredTokenDeps } from '../store/stored-token.js';
import type { AccessToken } from '../token/access-token.js';
import type { IssuedToken, TokenGrant } from '../token/issued-token.js';
import type { RecentTokens } from '../token/recent-tokens.js';
import type { RefusedTokens } from '../token/refused-tokens.js';
import type { DisplacedTokens } from './displaced-tokens.js';

/** Settings and collaborators that the entries of one client share. */
export interface ClientContext {
  readonly provider: string;
  readonly tenant: string | undefined;
  /** Configured address of the token endpoint, or of the issuer. */
  readonly url: string | undefined;
  readonly lifetime: LifetimeOptions;
  readonly timeoutMs: number;
  readonly cooldownMs: number;
  /** Milliseconds until the lock of a refresh expires. */
  readonly lockMs: number;
  /** Budget of token requests, if `issuance` is configured. */
  readonly budget: IssuanceBudget | undefined;
  readonly clock: InstantClock;
  readonly random: () => number;
  readonly events: EventHub;
  readonly acquisitions: AcquisitionHub;
  readonly grant: TokenGrant;
  /** Collaborators of the client's stored tokens; `undefined` without a store. */
  readonly storedTokens: StoredTokenDeps | undefined;
  readonly accessTokens: { create(issued: IssuedToken): AccessToken };
  readonly warnOnce: (topic: string, message: string) => void;
  readonly shutdown: Shutdown;
  readonly displacedTokens: DisplacedTokens;
  /** Replaced tokens, which no error may show. */
  readonly recentTokens: RecentTokens;
  /** Refused tokens of evicted entries, which must not come back from a store. */
  readonly refusedTokens: RefusedTokens;
}
