import { fingerprintOf, type AccessToken } from '../token/access-token.js';
import { failureLatch, refreshBackoff, sameTokenBackoff, refreshInterval } from '../token/backoff-policy.js';
import type { Instant } from '../base/clock.js';
import {
  attemptDelayMs,
  decideRefusal,
  isUsable,
  refreshDueAt,
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

/** Options that the states of one client share. */
export interface EntryStateOptions {
  readonly lifetime: LifetimeOptions;
  /** Returns a new number from 0 to 1. */
  readonly random: () => number;
}

/** Inputs that a refresh takes from the state. */
export interface RefreshInputs {
  readonly claims: string | undefined;
  readonly lastToken: string | undefined;
  /** The last token, if it was dropped before expiry. */
  readonly rejected: string | undefined;
}

/** What a new current token followed. */
export interface Succeeded {
  /** Whether the token is the last one again. */
  readonly isSameToken: boolean;
  /** Value of the last token, if it is another one. */
  readonly replaced: string | undefined;
}

/** The columns of a {@link SnapshotRow} that the state fills in. */
type EntryRow = Omit<SnapshotRow, 'provider' | 'tenant' | 'scope' | 'audience' | 'served'>;

/** Input of the policy, and the history beside it. Optional, because most of the many tokens have no history. */
export interface StateFields extends PolicyInput {
  /** Token values that the API refused, which must not come back from a store. */
  readonly refused?: readonly string[] | undefined;
  /** The last token, if it was dropped before expiry. */
  readonly droppedToken?: HeldToken | undefined;
  /** Lifetime of the token when the provider first returned it, if the provider returned it again since. */
  readonly originalLifetimeMs?: number | undefined;
  readonly rateLimitsInARow?: number | undefined;
  readonly lastErrorCode?: string | undefined;
  readonly lastErrorMessage?: string | undefined;
  readonly failures?: number | undefined;
  readonly replays?: number | undefined;
  /** Claims that the API demands of the next token, as JSON. */
  readonly claims?: string | undefined;
}

const NO_STATE: StateFields = Object.freeze({});
// Another process may store a token that this one knows to be refused. Five are remembered.
const MAX_REFUSED = 5;

/** State of one entry: the token, its history and its failures. Synchronous and without input or output. */
export class EntryState {
  /** Input of the policy, and the history. Only this class assigns the field. */
  policyInput: StateFields = NO_STATE;
  /** The current token, or the last one. Tells a repeated token from a new one. */
  #last: AccessToken | undefined;
  #acquisitions = 0;

  /** The current token. */
  get current(): AccessToken | undefined {
    return this.policyInput.token === undefined ? undefined : this.#last;
  }

  /** The current token as it was issued. */
  get issued(): IssuedToken | undefined {
    const { current, policyInput } = this;
    if (current === undefined || policyInput.token === undefined) return undefined;
    const { value, type, scopes, apiBaseURL } = current;
    const { obtained: requested, lifetimeMs } = policyInput.token;
    return { value, type, scopes, apiBaseURL, requested, lifetimeMs };
  }

  /** Value of the current token, or of the last one. */
  get lastToken(): string | undefined {
    return this.#last?.value;
  }

  /** Makes a token the current one; counts a new one. */
  use(
    issued: IssuedToken,
    access: AccessToken,
    { reason, isNew, now }: { reason: AcquisitionReason; isNew: boolean; now: Instant },
    options: EntryStateOptions,
  ): Succeeded {
    const { refused, failures, replays, claims, ...before } = this.policyInput;
    const last = this.#last?.value;
    const isSameToken = last === issued.value;
    const token = this.#withMargins(issued, options);
    const previous = before.token ?? before.droppedToken;
    const firstLifetimeMs = isSameToken ? (before.originalLifetimeMs ?? previous?.lifetimeMs) : undefined;
    const originalLifetimeMs = firstLifetimeMs ?? issued.lifetimeMs;
    const refreshPause = sameTokenBackoff({ token, previous, isSameToken, originalLifetimeMs }, now);
    const refreshGap = reason === 'refresh-ahead' ? refreshInterval(token, now) : before.refreshGap;
    const counts = { refused, failures, replays, claims };
    const history = { ...counts, refreshGap, refreshPause, originalLifetimeMs: firstLifetimeMs };
    const hasHistory = Object.values(history).some((part) => part !== undefined);
    this.policyInput = hasHistory ? { token, ...history } : { token };
    this.#last = access;
    if (isNew) this.#acquisitions += 1;
    return { isSameToken, replaced: isSameToken ? undefined : last };
  }

  #withMargins(issued: IssuedToken, { lifetime, random }: EntryStateOptions): HeldToken {
    const { requested: obtained, lifetimeMs } = issued;
    const { skewMs, refreshAheadMs } = marginsOf(lifetimeMs, lifetime, random());
    // Not by spreading the margins: that object would be larger, and a manager may hold many.
    const held = { obtained, lifetimeMs, skewMs, refreshAheadMs };
    return this.policyInput.dropped === 'refused' ? { ...held, isReplacement: true } : held;
  }

  /** Notes that a refresh failed. Returns whether the current token is still served. */
  fail(error: ClientCredentialsError, now: Instant, { random }: EntryStateOptions): boolean {
    const { token, failures = 0 } = this.policyInput;
    const rateLimitsInARow = error.endpointStatus === 429 ? (this.policyInput.rateLimitsInARow ?? 0) + 1 : 0;
    const latch = failureLatch(error, rateLimitsInARow, now, random());
    this.policyInput = {
      ...this.policyInput,
      latch,
      refreshPause: token && refreshBackoff(token, now),
      rateLimitsInARow,
      failures: failures + 1,
      lastErrorCode: error.code,
      lastErrorMessage: error.message,
    };
    return token !== undefined && isUsable(token, now);
  }

  /**
   * Handles a 401: drops the token if the policy says to replace it.
   *
   * @param wasDisplaced - whether the token is displaced
   * @param claims - claims that the API demands of the next token, as JSON
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

  /** Returns the inputs of a refresh. Clears the demanded claims: they apply to one token request. */
  takeRefreshInputs(): RefreshInputs {
    const { claims, dropped } = this.policyInput;
    const lastToken = this.#last?.value;
    if (claims !== undefined) this.policyInput = { ...this.policyInput, claims: undefined };
    return { claims, lastToken, rejected: dropped === undefined ? undefined : lastToken };
  }

  drop(dropped: 'refused' | 'requested'): void {
    const droppedToken = this.policyInput.token ?? this.policyInput.droppedToken;
    this.policyInput = { ...this.policyInput, token: undefined, dropped, droppedToken };
  }

  /** Clears the latch and the pauses. */
  reset(): void {
    this.policyInput = {
      ...this.policyInput,
      latch: undefined,
      refreshPause: undefined,
      rateLimitsInARow: 0,
    };
  }

  countReplay(): void {
    this.policyInput = { ...this.policyInput, replays: (this.policyInput.replays ?? 0) + 1 };
  }

  snapshot(now: Instant, isBusy: boolean): EntryRow {
    const { token, failures = 0, replays = 0, lastErrorCode, lastErrorMessage } = this.policyInput;
    const isServed = token !== undefined && isUsable(token, now);
    const hasFailed = lastErrorCode !== undefined;
    const delayMs = hasFailed ? attemptDelayMs(this.policyInput, now) : 0;
    const idleState = isServed ? (hasFailed ? 'degraded' : 'fresh') : hasFailed ? 'failing' : 'empty';
    return {
      at: now.at,
      state: isBusy ? 'refreshing' : idleState,
      grantedScopes: this.current?.scopes,
      obtainedAt: this.current?.obtainedAt,
      expiresAt: this.current?.expiresAt,
      expiresInSeconds: isServed ? remainingMs(token, now) / 1000 : undefined,
      refreshAt: refreshDueAt(this.policyInput),
      acquisitions: this.#acquisitions,
      failures,
      replays,
      lastErrorCode,
      nextAttemptAt: delayMs > 0 ? now.at + delayMs : undefined,
      lastErrorMessage,
      fingerprint: this.current && fingerprintOf(this.current),
    };
  }

  /** Whether a stored token may be used: it is new and not refused, and has more life than margins and caller need. */
  isUsable(stored: IssuedToken, minRemainingMs: number, now: Instant, options: EntryStateOptions): boolean {
    if (this.#last?.value === stored.value || this.policyInput.refused?.includes(stored.value) === true)
      return false;
    const token = this.#withMargins(stored, options);
    return remainingMs(token, now) > Math.max(token.refreshAheadMs, token.skewMs, minRemainingMs);
  }
}
