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

/** What a record knows of itself, as an operator may see it. */
type RecordRow = Omit<SnapshotRow, 'provider' | 'scope' | 'audience'>;

// Others may put one back that they do not know to be refused; that is over soon.
const MAX_REFUSED = 5;

/** All that is remembered of one token: what there is, what was before, and how it went. It waits for nothing and asks nobody. */
export class TokenRecord {
  readonly #lifetime: LifetimeOptions;
  readonly #random: () => number;
  #state: EntryState = {};
  #current: AccessToken | undefined;
  /** Whether the API took the current token at least once. */
  #isProven = false;
  /** The value handed out last and the lifetime it had then: what tells the same token again from a new one. */
  #lineage: { value: string; held: HeldToken; originalLifetimeMs: number } | undefined;
  /** Values that the API refused: they must not come back from a store. */
  readonly #refused: string[] = [];
  #rateLimitsInARow = 0;
  #lastErrorCode: string | undefined;
  readonly #counts = { acquisitions: 0, failures: 0, replays: 0 };

  /** @param random - a number from 0 to 1, anew each time */
  constructor(lifetime: LifetimeOptions, random: () => number) {
    this.#lifetime = lifetime;
    this.#random = random;
  }

  get state(): EntryState {
    return this.#state;
  }

  get current(): AccessToken | undefined {
    return this.#current;
  }

  /** The token that is in use, or was last. */
  get lastToken(): string | undefined {
    return this.#lineage?.value;
  }

  /** How a token would be held if it came now. */
  hold(issued: IssuedToken): HeldToken {
    return {
      obtained: issued.requested,
      lifetimeMs: issued.lifetimeMs,
      isReplacement: this.#state.dropped === 'refused',
      ...marginsOf(issued.lifetimeMs, this.#lifetime, this.#random()),
    };
  }

  /** Whether this is the token that was in use last, or is now. */
  hadLast(value: string): boolean {
    return this.#lineage?.value === value;
  }

  /** Takes a new token into use. */
  accept(
    issued: IssuedToken,
    held: HeldToken,
    access: AccessToken,
    reason: AcquisitionReason,
    now: Moment,
  ): void {
    const lineage = this.#lineage;
    const isSameToken = this.hadLast(issued.value);
    const originalLifetimeMs = (isSameToken ? lineage?.originalLifetimeMs : undefined) ?? issued.lifetimeMs;
    const succession = { token: held, previous: lineage?.held, isSameToken, originalLifetimeMs };
    const refreshPause = pauseAfterSuccess(succession, now);
    const { displacements } = this.#state;
    const gap = reason === 'refresh-ahead' ? refreshGap(held, now) : this.#state.refreshGap;
    this.#state = { token: held, refreshGap: gap, refreshPause, displacements };
    this.#current = access;
    this.#isProven = false;
    this.#lineage = { value: issued.value, held, originalLifetimeMs };
    this.#rateLimitsInARow = 0;
    this.#lastErrorCode = undefined;
  }

  /** Notes that an acquisition failed. The answer is whether the current token goes on being served. */
  fail(error: ClientCredentialsError, now: Moment): boolean {
    const { token } = this.#state;
    this.#rateLimitsInARow = error.status === 429 ? this.#rateLimitsInARow + 1 : 0;
    const latch = latchAfterFailure(error, this.#rateLimitsInARow, now, this.#random());
    this.#state = { ...this.#state, latch, refreshPause: token && pauseAfterFailure(token, now) };
    this.#counts.failures += 1;
    this.#lastErrorCode = error.code;
    return token !== undefined && isUsable(token, now);
  }

  /**
   * Takes the API's word that it refuses a token, and drops it if a new one is the answer.
   *
   * @param hasYounger - whether another token of the same client was acquired since
   */
  refuse(value: string, hasYounger: boolean, now: Moment, cooldownMs: number): RefusalDecision {
    const isCurrent = this.#current?.value === value;
    const refusal = { isCurrent, wasDisplaced: this.#isProven && hasYounger };
    const decision = decideRefusal(this.#state, refusal, now, cooldownMs);
    if (decision === 'replace-displaced') {
      this.#state = { ...this.#state, displacements: countDisplacement(this.#state, now, cooldownMs) };
    }
    if (decision === 'replace' || decision === 'replace-displaced') {
      this.#refused.push(value);
      if (this.#refused.length > MAX_REFUSED) this.#refused.shift();
      this.drop('refused');
    }
    return decision;
  }

  /** Notes that the API took a token. */
  prove(value: string): void {
    if (this.#current?.value === value) this.#isProven = true;
  }

  drop(dropped: 'refused' | 'requested'): void {
    this.#state = { ...this.#state, token: undefined, dropped };
    this.#current = undefined;
  }

  /** Forgets failures. */
  reset(): void {
    this.#rateLimitsInARow = 0;
    this.#state = { ...this.#state, latch: undefined, refreshPause: undefined };
  }

  count(what: 'acquisitions' | 'replays'): void {
    this.#counts[what] += 1;
  }

  row(now: Moment, isBusy: boolean): RecordRow {
    const { token } = this.#state;
    const isGood = token !== undefined && isUsable(token, now);
    const hasFailed = this.#lastErrorCode !== undefined;
    const settled = isGood ? (hasFailed ? 'degraded' : 'fresh') : hasFailed ? 'failing' : 'empty';
    return {
      state: isBusy ? 'refreshing' : settled,
      obtainedAt: this.#current?.obtainedAt,
      expiresAt: this.#current?.expiresAt,
      ...this.#counts,
      lastErrorCode: this.#lastErrorCode,
      fingerprint: this.#current && fingerprintOf(this.#current.value),
    };
  }

  /** Whether a token that somebody else acquired is worth using: a new one, good for a while and for what is needed. */
  isWelcome(stored: IssuedToken, neededMs: number, now: Moment): boolean {
    if (this.hadLast(stored.value) || this.#refused.includes(stored.value)) return false;
    const held = this.hold(stored);
    return remainingMs(held, now) > Math.max(held.refreshAheadMs, held.skewMs, neededMs);
  }
}
