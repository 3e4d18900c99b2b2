import type { AccessToken } from './access-token.js';
import { momentOf, type Moment } from './clock.js';
import { decide, remainingMs, type Need, type RefusalDecision } from './decide.js';
import { answerFunctionFailed, ClientCredentialsError, expiredOnArrival } from './errors.js';
import type { ClientContext } from './client-context.js';
import type { AcquisitionReason, TokenEventDetails } from './events.js';
import type { IssuedToken } from './issued-token.js';
import { SingleFlight, type FlightTask } from './single-flight.js';
import { StorePatience } from './store-guard.js';
import type { SnapshotRow } from './snapshot.js';
import { acquireShared } from './shared-acquisition.js';
import type { ResolvedRequest } from './token-key.js';
import { TokenRecord } from './token-record.js';
import type { TokenShelf } from './token-shelf.js';
import { awake, unlessAborted } from './wait.js';

/** The life of one token: carries out what {@link decide} decided, one acquisition at a time. */
export class TokenEntry {
  readonly #client: ClientContext;
  readonly #request: ResolvedRequest;
  readonly #shelf: TokenShelf;
  readonly #record: TokenRecord;
  readonly #flight = new SingleFlight((task) => this.#fly(task));
  /** What the API demanded of the next token. */
  #claims: string | undefined;

  constructor(client: ClientContext, request: ResolvedRequest, shelf: TokenShelf) {
    this.#client = client;
    this.#request = request;
    this.#shelf = shelf;
    this.#record = new TokenRecord(client.lifetime, client.random);
  }

  get provider(): string {
    return this.#client.provider;
  }

  /** Whether an acquisition is under way, so that the entry must not be forgotten. */
  get isBusy(): boolean {
    return this.#flight.isUnderWay;
  }

  async getToken(need: Need, signal?: AbortSignal): Promise<AccessToken> {
    this.#client.closed.throwIfAborted();
    signal?.throwIfAborted();
    const decision = decide(this.#record.state, this.#now(), need);
    if (decision.do === 'fail') throw decision.error;
    if (decision.do === 'serve-and-refresh') void this.#flight.join('refresh-ahead');
    const { current } = this.#record;
    // What is to be served is there: the decision was made on it.
    if (decision.do !== 'wait' && current !== undefined) return current;
    const reason = decision.do === 'wait' ? decision.reason : 'initial';
    const wait =
      need.forceRefresh === true ? this.#replaced() : this.#flight.join(reason, need.minRemainingMs);
    return awake(unlessAborted(wait, signal));
  }

  /** Takes the API's word that it refuses this token, and what it demands of another, as JSON. */
  refuse(value: string, claims?: string): RefusalDecision {
    const hasYounger = this.#client.latest !== this;
    const decision = this.#record.refuse(value, hasYounger, this.#now(), this.#client.cooldownMs);
    if (decision === 'replace-displaced') this.#warnOfDisplacement();
    if (decision === 'replace' || decision === 'replace-displaced') {
      this.#claims = claims;
      this.#emit({ type: 'token.invalidated', reason: 'rejected' });
    }
    return decision;
  }

  /** Takes note that the API took this token. */
  prove(value: string): void {
    this.#record.prove(value);
  }

  /** Drops the token, if it is this one. A newer one stays. */
  async invalidate(value: string): Promise<void> {
    const { lastToken } = this.#record;
    if (lastToken !== undefined && lastToken !== value) return;
    if (this.#record.current?.value === value) {
      this.#record.drop('requested');
      this.#emit({ type: 'token.invalidated', reason: 'requested' });
    }
    await this.#shelf.remove(value, this.#client.lockMs);
  }

  /** Forgets failures, so that the next caller causes a request. */
  reset(): void {
    this.#record.reset();
  }

  noteReplay(status: number | undefined): void {
    this.#record.count('replays');
    this.#emit({ type: 'api.replayed', ...(status !== undefined && { status }) });
  }

  snapshot(): SnapshotRow {
    const { scopes, audience } = this.#request;
    const row = this.#record.row(this.#now(), this.isBusy);
    return { provider: this.provider, scope: scopes.join(' '), audience, ...row };
  }

  /** A token asked for after this call: an acquisition that has sent its request already may bring the old one. */
  async #replaced(): Promise<AccessToken> {
    await this.#flight.untilJoinable();
    this.#client.closed.throwIfAborted();
    const decision = decide(this.#record.state, this.#now(), { forceRefresh: true });
    if (decision.do === 'fail') throw decision.error;
    return this.#flight.join('forced');
  }

  async #fly(task: FlightTask): Promise<AccessToken> {
    const { closed, acquirer } = this.#client;
    const started = this.#now();
    try {
      this.#shelf.bindTo(await unlessAborted(acquirer.binding(closed), closed));
      return await unlessAborted(this.#bring(task, started), closed);
    } catch (thrown) {
      if (closed.aborted) throw thrown;
      const isOurs = thrown instanceof ClientCredentialsError;
      const error = isOurs ? thrown : answerFunctionFailed(this.provider, thrown);
      this.#noteFailure(error, task.reason, started);
      throw error;
    }
  }

  /** A token from the store, or a new one. */
  #bring(task: FlightTask, started: Moment): Promise<AccessToken> {
    const { reason, neededMs } = task;
    const { closed: signal, acquirer, budget, lockMs, random } = this.#client;
    const claims = this.#takeClaims();
    const { lastToken, state } = this.#record;
    const patience = new StorePatience();
    // A retry comes so much later that it is another wait.
    let patienceOfAttempt = patience;
    const beforeSend = async (): Promise<void> => {
      task.hasSent = true;
      await budget?.spend(patienceOfAttempt, (terms) =>
        this.#emit({ type: 'issuance.near-limit', ...terms }),
      );
      patienceOfAttempt = new StorePatience();
    };
    const context = { signal, beforeSend, lastToken, claims, onRotation: this.#onRotation };
    const isWelcome = (stored: IssuedToken): boolean => this.#record.isWelcome(stored, neededMs, this.#now());
    return acquireShared({
      shelf: this.#shelf,
      isWelcome: reason === 'forced' || claims !== undefined ? undefined : isWelcome,
      accept: (token) => this.#accept(token, reason),
      acquire: () => acquirer.acquire(this.#request, context),
      introduce: (token) => this.#introduce(token, reason, started),
      ttlMsOf: (token) => remainingMs(this.#record.hold(token), this.#now()),
      rejected: state.dropped === undefined ? undefined : lastToken,
      lockMs,
      patience,
      random,
      signal,
    });
  }

  /** Takes a token into use that was acquired here, and lets others know. */
  #introduce(issued: IssuedToken, reason: AcquisitionReason, started: Moment): AccessToken {
    const isSameToken = this.#record.hadLast(issued.value);
    const access = this.#accept(issued, reason);
    const now = this.#now();
    this.#record.count('acquisitions');
    this.#client.latest = this;
    const durationMs = now.ticks - started.ticks;
    this.#emit({ type: 'token.acquired', reason, durationMs, expiresAt: access.expiresAt, isSameToken });
    return access;
  }

  #accept(issued: IssuedToken, reason: AcquisitionReason): AccessToken {
    const now = this.#now();
    const held = this.#record.hold(issued);
    if (remainingMs(held, now) <= 0) throw expiredOnArrival(this.provider);
    // It may fail, and then the record must not say that there is a token.
    const access = this.#client.toAccessToken(issued);
    this.#record.accept(issued, held, access, reason, now);
    return access;
  }

  #noteFailure(error: ClientCredentialsError, reason: AcquisitionReason, started: Moment): void {
    const now = this.#now();
    const isServed = this.#record.fail(error, now);
    const { code, message } = error;
    const durationMs = now.ticks - started.ticks;
    this.#emit({ type: 'token.failed', reason, durationMs, code, message, isServed });
  }

  readonly #onRotation = (wasRefused: boolean): void =>
    this.#emit({ type: 'credentials.rotated', wasRefused });

  /** They are for one token: the next is an ordinary one again. */
  #takeClaims(): string | undefined {
    const claims = this.#claims;
    this.#claims = undefined;
    return claims;
  }

  #warnOfDisplacement(): void {
    this.#client.warnOnce(
      'displacement',
      `Tokens of "${this.provider}" for different scopes end one another: it seems to keep one for each client. Ask for all scopes at once, or use a client for each.`,
    );
  }

  #now(): Moment {
    return momentOf(this.#client.clock);
  }

  #emit(details: TokenEventDetails): void {
    const { provider, clock, events } = this.#client;
    events.emit({ ...details, provider, scopes: this.#request.scopes, at: clock.now() });
  }
}
