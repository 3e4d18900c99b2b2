import { fingerprintOf, type AccessToken } from '../token/access-token.js';
import { failureLatch, refreshBackoff, sameTokenBackoff, refreshInterval } from '../token/backoff-policy.js';
import type { Instant } from '../base/clock.js';
import {
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
export interface StateFields extends PolicyInput {
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
// Another process may store a token that this one knows to be refused. Five are remembered.
const MAX_REFUSED = 5;

/** All that is remembered of one token: what there is, what was before, and how it went. It waits for nothing and asks nobody. */
export class EntryState {
  /** What the policy decides on, and what is noted beside it. Changed only here. */
  policyInput: StateFields = NO_STATE;
  /** The token in use. */
  current: AccessToken | undefined;
  /** The token that is in use, or was last: what tells the same token again from a new one. */
  #last: AccessToken | undefined;
  #acquisitions = 0;

  /** Whether the token in use was dropped before its end. */
  get wasDropped(): boolean {
    return this.policyInput.dropped !== undefined;
  }

  /** The token in use as it was issued. */
  get issued(): IssuedToken | undefined {
    const { current, policyInput } = this;
    if (current === undefined || policyInput.token === undefined) return undefined;
    const { value, type, scopes, apiBaseURL } = current;
    const { obtained: requested, lifetimeMs } = policyInput.token;
    return { value, type, scopes, apiBaseURL, requested, lifetimeMs };
  }

  /** The token that is in use, or was last. */
  get lastToken(): string | undefined {
    return this.#last?.value;
  }

  /** Takes a new token into use. */
  use(
    issued: IssuedToken,
    access: AccessToken,
    reason: AcquisitionReason,
    now: Instant,
    options: EntryStateOptions,
  ): void {
    const { refused, failures, replays, claims, ...before } = this.policyInput;
    const token = this.#withMargins(issued, options);
    const isSameToken = this.isLast(issued.value);
    const previous = before.token ?? before.droppedToken;
    const known = isSameToken ? (before.originalLifetimeMs ?? previous?.lifetimeMs) : undefined;
    const originalLifetimeMs = known ?? issued.lifetimeMs;
    const refreshPause = sameTokenBackoff({ token, previous, isSameToken, originalLifetimeMs }, now);
    const refreshGap = reason === 'refresh-ahead' ? refreshInterval(token, now) : before.refreshGap;
    const rest = { refreshGap, refused, failures, replays, claims, refreshPause, originalLifetimeMs: known };
    const isPlain = Object.values(rest).every((part) => part === undefined);
    this.policyInput = isPlain ? { token } : { token, ...rest };
    this.#last = access;
    this.current = access;
  }

  /** Whether this value is the token in use, or the one before. */
  isLast(value: string): boolean {
    return this.#last?.value === value;
  }

  #withMargins(issued: IssuedToken, { lifetime, random }: EntryStateOptions): HeldToken {
    const { requested: obtained, lifetimeMs } = issued;
    const held = { obtained, lifetimeMs, ...marginsOf(lifetimeMs, lifetime, random()) };
    return this.policyInput.dropped === 'refused' ? { ...held, isReplacement: true } : held;
  }

  /** Notes that an acquisition failed. The answer is whether the current token goes on being served. */
  fail(error: ClientCredentialsError, now: Instant, { random }: EntryStateOptions): boolean {
    const { token, failures = 0 } = this.policyInput;
    const rateLimitsInARow = error.status === 429 ? (this.policyInput.rateLimitsInARow ?? 0) + 1 : 0;
    const latch = failureLatch(error, rateLimitsInARow, now, random());
    this.policyInput = {
      ...this.policyInput,
      latch,
      refreshPause: token && refreshBackoff(token, now),
      rateLimitsInARow,
      failures: failures + 1,
      lastErrorCode: error.code,
    };
    return token !== undefined && isUsable(token, now);
  }

  /**
   * Handles a 401: drops the token if the policy says to replace it.
   *
   * @param wasDisplaced - whether the provider ended the token for another one of the client
   * @param claims - what the API demands of the next token, as JSON
   */
  refuse(
    value: string,
    wasDisplaced: boolean,
    now: Instant,
    cooldownMs: number,
    claims?: string,
  ): RefusalDecision {
    const isCurrent = this.current?.value === value;
    const isBlank = this.#last === undefined;
    const decision = decideRefusal(this.policyInput, { isCurrent, isBlank, wasDisplaced }, now, cooldownMs);
    if (decision === 'replace' || decision === 'replace-displaced') {
      const { refused = [] } = this.policyInput;
      this.policyInput = { ...this.policyInput, refused: [...refused, value].slice(-MAX_REFUSED), claims };
      this.drop('refused');
    }
    return decision;
  }

  /** What the API demanded of the next token: it is for one, and the one after that is an ordinary one again. */
  consumeClaims(): string | undefined {
    const { claims } = this.policyInput;
    if (claims !== undefined) this.policyInput = { ...this.policyInput, claims: undefined };
    return claims;
  }

  drop(dropped: 'refused' | 'requested'): void {
    const droppedToken = this.policyInput.token ?? this.policyInput.droppedToken;
    this.current = undefined;
    this.policyInput = { ...this.policyInput, token: undefined, dropped, droppedToken };
  }

  /** Forgets failures. */
  reset(): void {
    this.policyInput = {
      ...this.policyInput,
      latch: undefined,
      refreshPause: undefined,
      rateLimitsInARow: 0,
    };
  }

  countAcquisition(): void {
    this.#acquisitions += 1;
  }

  countReplay(): void {
    this.policyInput = { ...this.policyInput, replays: (this.policyInput.replays ?? 0) + 1 };
  }

  snapshot(now: Instant, isBusy: boolean): EntryRow {
    const { token, failures = 0, replays = 0, lastErrorCode } = this.policyInput;
    const isGood = token !== undefined && isUsable(token, now);
    const hasFailed = lastErrorCode !== undefined;
    const idleState = isGood ? (hasFailed ? 'degraded' : 'fresh') : hasFailed ? 'failing' : 'empty';
    return {
      state: isBusy ? 'refreshing' : idleState,
      grantedScopes: this.current?.scopes,
      obtainedAt: this.current?.obtainedAt,
      expiresAt: this.current?.expiresAt,
      acquisitions: this.#acquisitions,
      failures,
      replays,
      lastErrorCode,
      fingerprint: this.current && fingerprintOf(this.current.value),
    };
  }

  /** Whether a token of another process will do: a new one, with more life than the margins and the caller need. */
  isUsable(stored: IssuedToken, minRemainingMs: number, now: Instant, options: EntryStateOptions): boolean {
    if (this.isLast(stored.value) || this.policyInput.refused?.includes(stored.value) === true) return false;
    const token = this.#withMargins(stored, options);
    return remainingMs(token, now) > Math.max(token.refreshAheadMs, token.skewMs, minRemainingMs);
  }
}
