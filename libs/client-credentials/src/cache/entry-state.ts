import { fingerprintOf, type AccessToken } from '../token/access-token.js';
import { failureLatch, refreshBackoff, sameTokenBackoff, refreshInterval } from '../token/backoff-policy.js';
import type { Instant } from '../base/clock.js';
import {
  countDisplacement,
  decideRefusal,
  isUsable,
  remainingMs,
  type PolicyInput,
  type HeldToken,
  type RefusalDecision,
} from '../token/refresh-policy.js';
import type { ClientCredentialsError } from '../base/errors.js';
import type { AcquisitionReason } from '../base/events.js';
import type { IssuedToken } from '../token/issued-token.js';
import { marginsOf } from '../token/expiry.js';
import type { LifetimeOptions } from '../config/provider-options.js';
import type { SnapshotRow } from '../token/snapshot.js';

/** What the records of one client have in common. */
export interface EntryStateOptions {
  readonly lifetime: LifetimeOptions;
  /** A number from 0 to 1, anew each time. */
  readonly random: () => number;
}

/** What a record knows of itself, as an operator may see it. */
type EntryRow = Omit<SnapshotRow, 'provider' | 'tenant' | 'scope' | 'audience'>;

/** What decides, and how it came to that. Most tokens have nothing but themselves, and there may be many. */
interface StateFields extends PolicyInput {
  /** Values that the API refused: they must not come back from a store. */
  readonly refused?: readonly string[] | undefined;
  /** How the last token was held, if it was dropped before its end. */
  readonly droppedToken?: HeldToken | undefined;
  /** The lifetime that the token had when it was first handed out, if the provider has handed it out again since. */
  readonly originalLifetimeMs?: number | undefined;
  readonly rateLimitsInARow?: number | undefined;
  readonly lastErrorCode?: string | undefined;
  readonly failures?: number | undefined;
  readonly replays?: number | undefined;
  /** What the API demanded of the next token, as JSON. */
  readonly claims?: string | undefined;
}

const NO_STATE: StateFields = Object.freeze({});
// Others may put one back that they do not know to be refused; that is over soon.
const MAX_REFUSED = 5;

/** All that is remembered of one token: what there is, what was before, and how it went. It waits for nothing and asks nobody. */
export class EntryState {
  #state: StateFields = NO_STATE;
  /** The token that is in use, or was last: what tells the same token again from a new one. */
  #last: AccessToken | undefined;
  /** Whether the API took the current token at least once. */
  #isProven = false;
  #acquisitions = 0;

  get state(): PolicyInput {
    return this.#state;
  }

  get current(): AccessToken | undefined {
    return this.#state.token === undefined ? undefined : this.#last;
  }

  /** The token that is in use, or was last. */
  get lastToken(): string | undefined {
    return this.#last?.value;
  }

  /** How a token would be held if it came now. */
  withMargins(issued: IssuedToken, { lifetime, random }: EntryStateOptions): HeldToken {
    const { requested: obtained, lifetimeMs } = issued;
    const { skewMs, refreshAheadMs } = marginsOf(lifetimeMs, lifetime, random());
    const held = { obtained, lifetimeMs, skewMs, refreshAheadMs };
    return this.#state.dropped === 'refused' ? { ...held, isReplacement: true } : held;
  }

  /** Whether this is the token that was in use last, or is now. */
  hadLast(value: string): boolean {
    return this.#last?.value === value;
  }

  /** Takes a new token into use. */
  use(
    issued: IssuedToken,
    held: HeldToken,
    access: AccessToken,
    reason: AcquisitionReason,
    now: Instant,
  ): void {
    const { displacements, refused, failures, replays, claims, ...before } = this.#state;
    const isSameToken = this.hadLast(issued.value);
    const previous = before.token ?? before.droppedToken;
    const known = isSameToken ? (before.originalLifetimeMs ?? previous?.lifetimeMs) : undefined;
    const originalLifetimeMs = known ?? issued.lifetimeMs;
    const refreshPause = sameTokenBackoff({ token: held, previous, isSameToken, originalLifetimeMs }, now);
    const gap = reason === 'refresh-ahead' ? refreshInterval(held, now) : before.refreshGap;
    const lasting = { refreshGap: gap, displacements, refused, failures, replays, claims };
    const rest = { ...lasting, refreshPause, originalLifetimeMs: known };
    const isCalm = Object.values(rest).every((part) => part === undefined);
    this.#state = isCalm ? { token: held } : { token: held, ...rest };
    this.#last = access;
    this.#isProven = false;
  }

  /** Notes that an acquisition failed. The answer is whether the current token goes on being served. */
  fail(error: ClientCredentialsError, now: Instant, { random }: EntryStateOptions): boolean {
    const { token, failures = 0 } = this.#state;
    const rateLimitsInARow = error.status === 429 ? (this.#state.rateLimitsInARow ?? 0) + 1 : 0;
    const latch = failureLatch(error, rateLimitsInARow, now, random());
    this.#state = {
      ...this.#state,
      latch,
      refreshPause: token && refreshBackoff(token, now),
      rateLimitsInARow,
      failures: failures + 1,
      lastErrorCode: error.code,
    };
    return token !== undefined && isUsable(token, now);
  }

  /**
   * Takes the API's word that it refuses a token, and drops it if a new one is the answer.
   *
   * @param hasYounger - whether another token of the same client was acquired since
   * @param claims - what it demands of another
   */
  refuse(
    value: string,
    hasYounger: boolean,
    now: Instant,
    cooldownMs: number,
    claims?: string,
  ): RefusalDecision {
    const isCurrent = this.current?.value === value;
    const isBlank = this.#last === undefined;
    const refusal = { isCurrent, isBlank, wasDisplaced: this.#isProven && hasYounger };
    const decision = decideRefusal(this.#state, refusal, now, cooldownMs);
    if (decision === 'replace-displaced') {
      this.#state = { ...this.#state, displacements: countDisplacement(this.#state, now, cooldownMs) };
    }
    if (decision === 'replace' || decision === 'replace-displaced') {
      const { refused = [] } = this.#state;
      this.#state = { ...this.#state, refused: [...refused, value].slice(-MAX_REFUSED), claims };
      this.drop('refused');
    }
    return decision;
  }

  /** What the API demanded of the next token: it is for one, and the one after that is an ordinary one again. */
  consumeClaims(): string | undefined {
    const { claims } = this.#state;
    if (claims !== undefined) this.#state = { ...this.#state, claims: undefined };
    return claims;
  }

  /** Notes that the API took a token. */
  markAccepted(value: string): void {
    if (this.current?.value === value) this.#isProven = true;
  }

  drop(dropped: 'refused' | 'requested'): void {
    const droppedToken = this.#state.token ?? this.#state.droppedToken;
    this.#state = { ...this.#state, token: undefined, dropped, droppedToken };
  }

  /** Forgets failures. */
  reset(): void {
    this.#state = { ...this.#state, latch: undefined, refreshPause: undefined, rateLimitsInARow: 0 };
  }

  countAcquisition(): void {
    this.#acquisitions += 1;
  }

  countReplay(): void {
    this.#state = { ...this.#state, replays: (this.#state.replays ?? 0) + 1 };
  }

  row(now: Instant, isBusy: boolean): EntryRow {
    const { token, failures = 0, replays = 0, lastErrorCode } = this.#state;
    const isGood = token !== undefined && isUsable(token, now);
    const hasFailed = lastErrorCode !== undefined;
    const settled = isGood ? (hasFailed ? 'degraded' : 'fresh') : hasFailed ? 'failing' : 'empty';
    return {
      state: isBusy ? 'refreshing' : settled,
      obtainedAt: this.current?.obtainedAt,
      expiresAt: this.current?.expiresAt,
      acquisitions: this.#acquisitions,
      failures,
      replays,
      lastErrorCode,
      fingerprint: this.current && fingerprintOf(this.current.value),
    };
  }

  /** Whether a token that somebody else acquired is worth using: a new one, good for a while and for what is needed. */
  isUsable(stored: IssuedToken, neededMs: number, now: Instant, terms: EntryStateOptions): boolean {
    if (this.hadLast(stored.value) || this.#state.refused?.includes(stored.value) === true) return false;
    const held = this.withMargins(stored, terms);
    return remainingMs(held, now) > Math.max(held.refreshAheadMs, held.skewMs, neededMs);
  }
}
