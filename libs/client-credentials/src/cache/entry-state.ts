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

/** What happened before. Most of the many tokens have no history. */
interface History extends Omit<PolicyInput, 'token'> {
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

const NO_HISTORY: History = Object.freeze({});
// Another process may store a token that this one knows to be refused. Five are remembered.
const MAX_REFUSED = 5;

/** State of one entry: the token, its history and its failures. Synchronous and without input or output. */
export class EntryState implements PolicyInput {
  #token: HeldToken | undefined;
  #history = NO_HISTORY;
  /** The current token, or the last one. Tells a repeated token from a new one. */
  #last: AccessToken | undefined;
  #acquisitions = 0;

  get token(): HeldToken | undefined {
    return this.#token;
  }

  get dropped(): PolicyInput['dropped'] {
    return this.#history.dropped;
  }

  get refreshGap(): PolicyInput['refreshGap'] {
    return this.#history.refreshGap;
  }

  get refreshPause(): PolicyInput['refreshPause'] {
    return this.#history.refreshPause;
  }

  get latch(): PolicyInput['latch'] {
    return this.#history.latch;
  }

  /** Token values that the API refused, which must not come back from a store. */
  get refused(): readonly string[] {
    return this.#history.refused ?? [];
  }

  /** The current token. */
  get current(): AccessToken | undefined {
    return this.#token === undefined ? undefined : this.#last;
  }

  /** The current token as it was issued. */
  get issued(): IssuedToken | undefined {
    const token = this.#token;
    const last = this.#last;
    if (token === undefined || last === undefined) return undefined;
    const { value, type, scopes, apiBaseURL } = last;
    const { obtained: requested, lifetimeMs } = token;
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
    const { refused, failures, replays, claims, ...before } = this.#history;
    const last = this.#last?.value;
    const isSameToken = last === issued.value;
    const token = this.#withMargins(issued, options);
    const previous = this.#token ?? before.droppedToken;
    const firstLifetimeMs = isSameToken ? (before.originalLifetimeMs ?? previous?.lifetimeMs) : undefined;
    const originalLifetimeMs = firstLifetimeMs ?? issued.lifetimeMs;
    const refreshPause = sameTokenBackoff({ token, previous, isSameToken, originalLifetimeMs }, now);
    const refreshGap = reason === 'refresh-ahead' ? refreshInterval(token, now) : before.refreshGap;
    const counts = { refused, failures, replays, claims };
    const history = { ...counts, refreshGap, refreshPause, originalLifetimeMs: firstLifetimeMs };
    const hasHistory = Object.values(history).some((part) => part !== undefined);
    this.#history = hasHistory ? history : NO_HISTORY;
    this.#token = token;
    this.#last = access;
    if (isNew) this.#acquisitions += 1;
    return { isSameToken, replaced: isSameToken ? undefined : last };
  }

  #withMargins(issued: IssuedToken, { lifetime, random }: EntryStateOptions): HeldToken {
    const { requested: obtained, lifetimeMs } = issued;
    const { skewMs, refreshAheadMs } = marginsOf(lifetimeMs, lifetime, random());
    // Not by spreading the margins: that object would be larger, and a manager may hold many.
    const held = { obtained, lifetimeMs, skewMs, refreshAheadMs };
    return this.dropped === 'refused' ? { ...held, isReplacement: true } : held;
  }

  /** Notes that a refresh failed. Returns whether the current token is still served. */
  fail(error: ClientCredentialsError, now: Instant, { random }: EntryStateOptions): boolean {
    const token = this.#token;
    const { failures = 0, rateLimitsInARow: rateLimitsBefore = 0 } = this.#history;
    const rateLimitsInARow = error.endpointStatus === 429 ? rateLimitsBefore + 1 : 0;
    const latch = failureLatch(error, rateLimitsInARow, now, random());
    this.#history = {
      ...this.#history,
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
    const decision = decideRefusal(this, { isCurrent, isBlank, wasDisplaced }, now, cooldownMs);
    if (decision === 'replace' || decision === 'replace-displaced') {
      const refused = [...this.refused, value].slice(-MAX_REFUSED);
      this.#history = { ...this.#history, refused, claims };
      this.drop('refused');
    }
    return decision;
  }

  /** Returns the inputs of a refresh. Clears the demanded claims: they apply to one token request. */
  takeRefreshInputs(): RefreshInputs {
    const { claims, dropped } = this.#history;
    const lastToken = this.#last?.value;
    if (claims !== undefined) this.#history = { ...this.#history, claims: undefined };
    return { claims, lastToken, rejected: dropped === undefined ? undefined : lastToken };
  }

  drop(dropped: 'refused' | 'requested'): void {
    const droppedToken = this.#token ?? this.#history.droppedToken;
    this.#history = { ...this.#history, dropped, droppedToken };
    this.#token = undefined;
  }

  /** Clears the latch and the pauses. */
  reset(): void {
    this.#history = {
      ...this.#history,
      latch: undefined,
      refreshPause: undefined,
      rateLimitsInARow: 0,
    };
  }

  countReplay(): void {
    this.#history = { ...this.#history, replays: (this.#history.replays ?? 0) + 1 };
  }

  snapshot(now: Instant, isBusy: boolean): EntryRow {
    const token = this.#token;
    const { failures = 0, replays = 0, lastErrorCode, lastErrorMessage } = this.#history;
    const isServed = token !== undefined && isUsable(token, now);
    const hasFailed = lastErrorCode !== undefined;
    const delayMs = hasFailed ? attemptDelayMs(this, now) : 0;
    const idleState = isServed ? (hasFailed ? 'degraded' : 'fresh') : hasFailed ? 'failing' : 'empty';
    return {
      at: now.at,
      state: isBusy ? 'refreshing' : idleState,
      grantedScopes: this.current?.scopes,
      obtainedAt: this.current?.obtainedAt,
      expiresAt: this.current?.expiresAt,
      expiresInSeconds: isServed ? remainingMs(token, now) / 1000 : undefined,
      refreshAt: refreshDueAt(this),
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
    if (this.#last?.value === stored.value || this.refused.includes(stored.value)) return false;
    const token = this.#withMargins(stored, options);
    return remainingMs(token, now) > Math.max(token.refreshAheadMs, token.skewMs, minRemainingMs);
  }
}
