import { fingerprintOf, type AccessToken } from './access-token.js';
import { latchAfterFailure, pauseAfterFailure, pauseAfterSuccess } from './aftermath.js';
import { momentOf, type Clock, type Moment } from './clock.js';
import {
  decide,
  decideRefusal,
  isUsable,
  remainingMs,
  type EntryState,
  type HeldToken,
  type Need,
  type RefusalDecision,
} from './decide.js';
import { ClientCredentialsError } from './errors.js';
import type { AcquisitionReason, EventHub, TokenEvent } from './events.js';
import type { Acquire, IssuedToken } from './issued-token.js';
import { marginsOf } from './lifetime.js';
import type { LifetimeOptions } from './options.js';
import type { SnapshotRow } from './snapshot.js';
import type { ResolvedRequest } from './token-key.js';
import type { TokenShelf } from './token-shelf.js';
import { awake, unlessAborted } from './wait.js';

/** What an entry needs from around it. */
export interface EntryContext {
  readonly provider: string;
  readonly request: ResolvedRequest;
  readonly lifetime: LifetimeOptions;
  readonly cooldownMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: EventHub;
  readonly acquire: Acquire;
  readonly shelf: TokenShelf;
  readonly toAccessToken: (issued: IssuedToken) => AccessToken;
  /** Aborted, with the error that callers get, when the manager closes. */
  readonly closed: AbortSignal;
}

interface Flight {
  readonly reason: AcquisitionReason;
  hasSent: boolean;
  promise: Promise<AccessToken>;
}

type EventDetails = TokenEvent extends infer E
  ? E extends TokenEvent
    ? Omit<E, 'provider' | 'scopes' | 'at'>
    : never
  : never;

/** The life of one token: carries out what {@link decide} decided, one acquisition at a time. */
export class TokenEntry {
  readonly #context: EntryContext;
  #state: EntryState = {};
  #current: AccessToken | undefined;
  #flight: Flight | undefined;
  /** The value handed out last and the lifetime it had then: what tells the same token again from a new one. */
  #lineage: { value: string; held: HeldToken; originalLifetimeMs: number } | undefined;
  #rateLimitsInARow = 0;
  #lastErrorCode: string | undefined;
  readonly #counts = { acquisitions: 0, failures: 0, replays: 0 };

  constructor(context: EntryContext) {
    this.#context = context;
  }

  get provider(): string {
    return this.#context.provider;
  }

  /** Whether an acquisition is under way, so that the entry must not be forgotten. */
  get isBusy(): boolean {
    return this.#flight !== undefined;
  }

  async getToken(need: Need, signal?: AbortSignal): Promise<AccessToken> {
    this.#context.closed.throwIfAborted();
    signal?.throwIfAborted();
    const decision = decide(this.#state, this.#now(), need);
    switch (decision.do) {
      case 'serve':
        return this.#held();
      case 'serve-and-refresh':
        this.#flight ??= this.#start('refresh-ahead');
        return this.#held();
      case 'fail':
        throw decision.error;
      case 'wait': {
        const wait = need.forceRefresh === true ? this.#replaced() : this.#acquired(decision.reason);
        return await awake(unlessAborted(wait, signal));
      }
    }
  }

  /** Takes the API's word that it refuses this token. */
  refuse(value: string): RefusalDecision {
    const isCurrent = this.#current?.value === value;
    const decision = decideRefusal(this.#state, isCurrent, this.#now(), this.#context.cooldownMs);
    if (decision === 'replace') this.#drop('refused');
    return decision;
  }

  /** Drops the token, if it is this one. A newer one stays. */
  async invalidate(value: string): Promise<void> {
    if (this.#current?.value === value) this.#drop('requested');
    await this.#context.shelf.remove(value);
  }

  /** Forgets failures, so that the next caller causes a request. */
  reset(): void {
    this.#rateLimitsInARow = 0;
    this.#state = { ...this.#state, latch: undefined, refreshPause: undefined };
  }

  noteReplay(status: number | undefined): void {
    this.#counts.replays += 1;
    this.#emit({ type: 'api.replayed', ...(status !== undefined && { status }) });
  }

  snapshot(): SnapshotRow {
    const { request, provider } = this.#context;
    const token = this.#state.token;
    const isGood = token !== undefined && isUsable(token, this.#now());
    const hasFailed = this.#lastErrorCode !== undefined;
    const settled = isGood ? (hasFailed ? 'degraded' : 'fresh') : hasFailed ? 'failing' : 'empty';
    return {
      provider,
      scope: request.scopes.join(' '),
      audience: request.audience,
      state: this.isBusy ? 'refreshing' : settled,
      obtainedAt: this.#current?.obtainedAt,
      expiresAt: this.#current?.expiresAt,
      ...this.#counts,
      lastErrorCode: this.#lastErrorCode,
      fingerprint: this.#current && fingerprintOf(this.#current.value),
    };
  }

  #acquired(reason: AcquisitionReason): Promise<AccessToken> {
    this.#flight ??= this.#start(reason);
    return this.#flight.promise;
  }

  /** A token asked for after this call: an acquisition that has sent its request already may bring the old one. */
  async #replaced(): Promise<AccessToken> {
    while (this.#flight !== undefined && !(this.#flight.reason === 'forced' && !this.#flight.hasSent)) {
      await this.#flight.promise.catch(() => undefined);
    }
    const decision = decide(this.#state, this.#now(), { forceRefresh: true });
    if (decision.do === 'fail') throw decision.error;
    return await this.#acquired('forced');
  }

  #start(reason: AcquisitionReason): Flight {
    const flight: Flight = { reason, hasSent: false, promise: Promise.resolve() as never };
    flight.promise = this.#fly(flight);
    // Whoever waits sees the failure; when nobody does, it is told by the event.
    flight.promise.catch(() => undefined);
    return flight;
  }

  async #fly(flight: Flight): Promise<AccessToken> {
    const { closed, acquire, request, shelf } = this.#context;
    const started = this.#now();
    const onSend = (): void => void (flight.hasSent = true);
    try {
      const stored = flight.reason === 'forced' ? undefined : await this.#fromShelf();
      closed.throwIfAborted();
      const issued = stored ?? (await unlessAborted(acquire(request, { signal: closed, onSend }), closed));
      const token = this.#accept(issued, flight.reason, started, stored !== undefined);
      // Not awaited: a slow store must not slow a call.
      if (stored === undefined) void shelf.put(issued, remainingMs(token.held, this.#now()));
      return token.access;
    } catch (error) {
      if (!closed.aborted) this.#noteFailure(error as ClientCredentialsError, flight.reason, started);
      throw error;
    } finally {
      this.#flight = undefined;
    }
  }

  /** A token that somebody else left in the store, if it is good for a while and not the one to be replaced. */
  async #fromShelf(): Promise<IssuedToken | undefined> {
    const stored = await this.#context.shelf.take();
    if (stored === undefined || stored.value === this.#lineage?.value) return undefined;
    const held = this.#hold(stored);
    return remainingMs(held, this.#now()) > Math.max(held.refreshAheadMs, held.skewMs) ? stored : undefined;
  }

  #accept(
    issued: IssuedToken,
    reason: AcquisitionReason,
    started: Moment,
    isAdopted: boolean,
  ): { access: AccessToken; held: HeldToken } {
    const now = this.#now();
    const held = this.#hold(issued);
    if (remainingMs(held, now) <= 0) throw this.#expiredOnArrival();
    const lineage = this.#lineage;
    const isSameToken = lineage?.value === issued.value;
    const originalLifetimeMs = isSameToken ? lineage.originalLifetimeMs : issued.lifetimeMs;
    const succession = { reason, token: held, previous: lineage?.held, isSameToken, originalLifetimeMs };

    this.#state = { token: held, refreshPause: pauseAfterSuccess(succession, now) };
    this.#current = this.#context.toAccessToken(issued);
    this.#lineage = { value: issued.value, held, originalLifetimeMs };
    this.#rateLimitsInARow = 0;
    this.#lastErrorCode = undefined;
    if (!isAdopted) {
      this.#counts.acquisitions += 1;
      const { expiresAt } = this.#current;
      const durationMs = now.ticks - started.ticks;
      this.#emit({ type: 'token.acquired', reason, durationMs, expiresAt, isSameToken });
    }
    return { access: this.#current, held };
  }

  #noteFailure(error: ClientCredentialsError, reason: AcquisitionReason, started: Moment): void {
    const { random } = this.#context;
    const now = this.#now();
    this.#rateLimitsInARow = error.status === 429 ? this.#rateLimitsInARow + 1 : 0;
    const latch = latchAfterFailure(error, this.#rateLimitsInARow, now, random());
    const token = this.#state.token;
    const refreshPause = token && pauseAfterFailure(token, now);
    this.#state = { ...this.#state, latch, refreshPause };
    this.#counts.failures += 1;
    this.#lastErrorCode = error.code;
    this.#emit({
      type: 'token.failed',
      reason,
      durationMs: now.ticks - started.ticks,
      code: error.code,
      message: error.message,
      isServed: token !== undefined && isUsable(token, now),
    });
  }

  #drop(dropped: 'refused' | 'requested'): void {
    const value = this.#current?.value;
    this.#state = { ...this.#state, token: undefined, dropped };
    this.#current = undefined;
    this.#emit({ type: 'token.invalidated', reason: dropped === 'refused' ? 'rejected' : 'requested' });
    if (value !== undefined && dropped === 'refused') void this.#context.shelf.remove(value);
  }

  #hold(issued: IssuedToken): HeldToken {
    const { lifetime, random } = this.#context;
    return {
      obtained: issued.requested,
      lifetimeMs: issued.lifetimeMs,
      isReplacement: this.#state.dropped === 'refused',
      ...marginsOf(issued.lifetimeMs, lifetime, random()),
    };
  }

  #held(): AccessToken {
    // Decisions that serve are made only where there is a token.
    return this.#current as AccessToken;
  }

  #expiredOnArrival(): ClientCredentialsError {
    return new ClientCredentialsError(
      `The token of "${this.#context.provider}" had ended before it arrived. Check the lifetime that the provider gives, and lifetime.defaultSeconds.`,
      { code: 'invalid_token_response', provider: this.#context.provider, retryable: true },
    );
  }

  #now(): Moment {
    return momentOf(this.#context.clock);
  }

  #emit(details: EventDetails): void {
    const { provider, request, clock, events } = this.#context;
    events.emit({ ...details, provider, scopes: request.scopes, at: clock.now() } as TokenEvent);
  }
}
