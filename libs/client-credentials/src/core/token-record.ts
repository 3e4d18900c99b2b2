import { fingerprintOf, type AccessToken } from './access-token.js';
import { latchAfterFailure, pauseAfterFailure, pauseAfterSuccess, refreshGap } from './aftermath.js';
import type { Moment } from './clock.js';
import {
  countDisplacement,
  decideRefusal,
  isUsable,
  remainingMs,
  type EntryState,
  type HeldToken,
  type RefusalDecision,
} from './decide.js';
import type { ClientCredentialsError } from './errors.js';
import type { AcquisitionReason } from './events.js';
import type { IssuedToken } from './issued-token.js';
import { marginsOf } from './lifetime.js';
import type { LifetimeOptions } from './provider-options.js';
import type { SnapshotRow } from './snapshot.js';

/** What the records of one client have in common. */
export interface RecordTerms {
  readonly lifetime: LifetimeOptions;
  /** A number from 0 to 1, anew each time. */
  readonly random: () => number;
}

/** What a record knows of itself, as an operator may see it. */
type RecordRow = Omit<SnapshotRow, 'provider' | 'tenant' | 'scope' | 'audience'>;

const NO_STATE: EntryState = Object.freeze({});
const NONE: readonly string[] = Object.freeze([]);
// Others may put one back that they do not know to be refused; that is over soon.
const MAX_REFUSED = 5;

/** All that is remembered of one token: what there is, what was before, and how it went. It waits for nothing and asks nobody. */
export class TokenRecord {
  readonly #terms: RecordTerms;
  #state: EntryState = NO_STATE;
  /** The token that is in use, or was last, and how it was held: what tells the same token again from a new one. */
  #last: AccessToken | undefined;
  #lastHeld: HeldToken | undefined;
  /** The lifetime that the last token had when it was first handed out. */
  #originalLifetimeMs = 0;
  /** Whether the API took the current token at least once. */
  #isProven = false;
  /** Values that the API refused: they must not come back from a store. */
  #refused: readonly string[] = NONE;
  #rateLimitsInARow = 0;
  #lastErrorCode: string | undefined;
  #acquisitions = 0;
  #failures = 0;
  #replays = 0;

  constructor(terms: RecordTerms) {
    this.#terms = terms;
  }

  get state(): EntryState {
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
  hold(issued: IssuedToken): HeldToken {
    const { requested: obtained, lifetimeMs } = issued;
    const { skewMs, refreshAheadMs } = marginsOf(lifetimeMs, this.#terms.lifetime, this.#terms.random());
    const isReplacement = this.#state.dropped === 'refused';
    return { obtained, lifetimeMs, isReplacement, skewMs, refreshAheadMs };
  }

  /** Whether this is the token that was in use last, or is now. */
  hadLast(value: string): boolean {
    return this.#last?.value === value;
  }

  /** Takes a new token into use. */
  accept(
    issued: IssuedToken,
    held: HeldToken,
    access: AccessToken,
    reason: AcquisitionReason,
    now: Moment,
  ): void {
    const isSameToken = this.hadLast(issued.value);
    const originalLifetimeMs = isSameToken ? this.#originalLifetimeMs : issued.lifetimeMs;
    const succession = { token: held, previous: this.#lastHeld, isSameToken, originalLifetimeMs };
    const refreshPause = pauseAfterSuccess(succession, now);
    const { displacements } = this.#state;
    const gap = reason === 'refresh-ahead' ? refreshGap(held, now) : this.#state.refreshGap;
    this.#state = { token: held, refreshGap: gap, refreshPause, displacements };
    this.#last = access;
    this.#lastHeld = held;
    this.#originalLifetimeMs = originalLifetimeMs;
    this.#isProven = false;
    this.#rateLimitsInARow = 0;
    this.#lastErrorCode = undefined;
  }

  /** Notes that an acquisition failed. The answer is whether the current token goes on being served. */
  fail(error: ClientCredentialsError, now: Moment): boolean {
    const { token } = this.#state;
    this.#rateLimitsInARow = error.status === 429 ? this.#rateLimitsInARow + 1 : 0;
    const latch = latchAfterFailure(error, this.#rateLimitsInARow, now, this.#terms.random());
    this.#state = { ...this.#state, latch, refreshPause: token && pauseAfterFailure(token, now) };
    this.#failures += 1;
    this.#lastErrorCode = error.code;
    return token !== undefined && isUsable(token, now);
  }

  /**
   * Takes the API's word that it refuses a token, and drops it if a new one is the answer.
   *
   * @param hasYounger - whether another token of the same client was acquired since
   */
  refuse(value: string, hasYounger: boolean, now: Moment, cooldownMs: number): RefusalDecision {
    const isCurrent = this.current?.value === value;
    const isBlank = this.#last === undefined;
    const refusal = { isCurrent, isBlank, wasDisplaced: this.#isProven && hasYounger };
    const decision = decideRefusal(this.#state, refusal, now, cooldownMs);
    if (decision === 'replace-displaced') {
      this.#state = { ...this.#state, displacements: countDisplacement(this.#state, now, cooldownMs) };
    }
    if (decision === 'replace' || decision === 'replace-displaced') {
      this.#refused = [...this.#refused, value].slice(-MAX_REFUSED);
      this.drop('refused');
    }
    return decision;
  }

  /** Notes that the API took a token. */
  prove(value: string): void {
    if (this.current?.value === value) this.#isProven = true;
  }

  drop(dropped: 'refused' | 'requested'): void {
    this.#state = { ...this.#state, token: undefined, dropped };
  }

  /** Forgets failures. */
  reset(): void {
    this.#rateLimitsInARow = 0;
    this.#state = { ...this.#state, latch: undefined, refreshPause: undefined };
  }

  countAcquisition(): void {
    this.#acquisitions += 1;
  }

  countReplay(): void {
    this.#replays += 1;
  }

  row(now: Moment, isBusy: boolean): RecordRow {
    const { token } = this.#state;
    const isGood = token !== undefined && isUsable(token, now);
    const hasFailed = this.#lastErrorCode !== undefined;
    const settled = isGood ? (hasFailed ? 'degraded' : 'fresh') : hasFailed ? 'failing' : 'empty';
    return {
      state: isBusy ? 'refreshing' : settled,
      obtainedAt: this.current?.obtainedAt,
      expiresAt: this.current?.expiresAt,
      acquisitions: this.#acquisitions,
      failures: this.#failures,
      replays: this.#replays,
      lastErrorCode: this.#lastErrorCode,
      fingerprint: this.current && fingerprintOf(this.current.value),
    };
  }

  /** Whether a token that somebody else acquired is worth using: a new one, good for a while and for what is needed. */
  isWelcome(stored: IssuedToken, neededMs: number, now: Moment): boolean {
    if (this.hadLast(stored.value) || this.#refused.includes(stored.value)) return false;
    const held = this.hold(stored);
    return remainingMs(held, now) > Math.max(held.refreshAheadMs, held.skewMs, neededMs);
  }
}
