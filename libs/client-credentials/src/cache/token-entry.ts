import type { AccessToken } from '../token/access-token.js';
import { tell, type ClientContext } from './client-context.js';
import { instantOf, type Instant } from '../base/clock.js';
import { decide, type Decision, type Freshness, type RefusalDecision } from '../token/refresh-policy.js';
import type { AcquisitionReason, TokenEventDetails } from '../base/events.js';
import { SingleFlight, type RefreshTask } from './single-flight.js';
import type { SnapshotRow } from '../token/snapshot.js';
import { runWithTenant } from '../base/tenant-context.js';
import { Refresh } from './refresh.js';
import type { ResolvedRequest } from '../token/token-key.js';
import { EntryState } from './entry-state.js';
import { StoredToken } from '../store/stored-token.js';
import { awake, unlessAborted } from '../base/abort.js';

/** The life of one token: carries out what {@link decide} decided, one acquisition at a time. */
export class TokenEntry {
  readonly key: string;
  /** When it was used last, as whoever remembers entries counts. */
  usedAt = 0;
  readonly #client: ClientContext;
  readonly #request: ResolvedRequest;
  readonly #record = new EntryState();
  /** There as long as it is needed: most entries have a token, and nothing to do, most of the time. */
  #flight: SingleFlight | undefined;
  #shelfInUse: StoredToken | undefined;

  /** @param key - what tells it from others of its client */
  constructor(client: ClientContext, request: ResolvedRequest, key: string) {
    this.key = key;
    this.#client = client;
    this.#request = request;
  }

  get provider(): string {
    return this.#client.provider;
  }

  /** Whether an acquisition is under way, so that the entry must not be forgotten. */
  get isBusy(): boolean {
    return this.#flight !== undefined;
  }

  /** The token, if it can be served without a wait. A renewal that is due is begun. */
  peek(need?: Freshness): AccessToken | undefined {
    if (this.#client.shutdown.isClosed) return undefined;
    return this.#served(decide(this.#record.state, this.#now(), need));
  }

  async getToken(need: Freshness, signal?: AbortSignal): Promise<AccessToken> {
    this.#client.shutdown.throwIfClosed();
    signal?.throwIfAborted();
    const decision = decide(this.#record.state, this.#now(), need);
    if (decision.do === 'fail') throw decision.error;
    const served = this.#served(decision);
    if (served !== undefined) return served;
    if (need.forceRefresh === true) return awake(unlessAborted(this.#replaced(), signal));
    const reason = decision.do === 'wait' ? decision.reason : 'initial';
    return this.#join(reason, need.minRemainingMs).result(signal);
  }

  /** Takes the API's word that it refuses this token, and what it demands of another, as JSON. */
  refuse(value: string, claims?: string): RefusalDecision {
    const hasYounger = this.#client.latest !== this;
    const decision = this.#record.refuse(value, hasYounger, this.#now(), this.#client.cooldownMs, claims);
    if (decision === 'replace-displaced') this.#warnOfDisplacement();
    if (decision === 'replace' || decision === 'replace-displaced') {
      this.#emit({ type: 'token.invalidated', reason: 'rejected' });
    }
    return decision;
  }

  /** Takes note that the API took this token. */
  markAccepted(value: string): void {
    this.#record.markAccepted(value);
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

  /** Takes what was acquired here out of the store. */
  async forget(): Promise<void> {
    const { lastToken } = this.#record;
    if (lastToken !== undefined) await this.#shelf.remove(lastToken, this.#client.lockMs);
  }

  /** Forgets failures, so that the next caller causes a request. */
  reset(): void {
    this.#record.reset();
  }

  noteReplay(status: number | undefined): void {
    this.#record.countReplay();
    this.#emit({ type: 'api.replayed', ...(status !== undefined && { status }) });
  }

  snapshot(): SnapshotRow {
    const { scopes, audience } = this.#request;
    const row = this.#record.row(this.#now(), this.isBusy);
    return {
      provider: this.provider,
      tenant: this.#client.tenant,
      scope: scopes.join(' '),
      audience,
      ...row,
    };
  }

  /** The token that is to be served, if any is: the decision was made on it. */
  #served(decision: Decision): AccessToken | undefined {
    if (decision.do === 'serve-and-refresh') this.#join('refresh-ahead');
    else if (decision.do !== 'serve') return undefined;
    return this.#record.current;
  }

  /** A token asked for after this call: an acquisition that has sent its request already may bring the old one. */
  async #replaced(): Promise<AccessToken> {
    while (this.#flight?.isFresh === false) await this.#flight.done();
    this.#client.shutdown.throwIfClosed();
    const decision = decide(this.#record.state, this.#now(), { forceRefresh: true });
    if (decision.do === 'fail') throw decision.error;
    return this.#join('forced').result();
  }

  /** The flight under way, or a new one: whoever asks, there is one at a time. */
  #join(reason: AcquisitionReason, neededMs = 0): SingleFlight {
    if (this.#flight !== undefined) return this.#flight;
    const acquire = (task: RefreshTask): Promise<AccessToken> => {
      const acquisition = new Refresh(this.#client, this.#request, this.#record, {
        shelf: this.#shelf,
        task,
        onAcquired: () => (this.#client.latest = this),
      });
      // In nobody's context but the tenant's: others wait for it too.
      return runWithTenant(this.#client.tenant, () => acquisition.run());
    };
    this.#flight = new SingleFlight({ reason, neededMs, hasSent: false }, acquire, () => {
      this.#flight = undefined;
      this.#leaveShelf();
    });
    return this.#flight;
  }

  /** The token's place in the store. */
  get #shelf(): StoredToken {
    return (this.#shelfInUse ??= new StoredToken(this.#client.stored, this.#request, () =>
      this.#leaveShelf(),
    ));
  }

  /** It is found again, unless only it knows what the token is bound to. */
  #leaveShelf(): void {
    const shelf = this.#shelfInUse;
    if (this.#flight === undefined && shelf?.isIdle === true && !shelf.isBound) this.#shelfInUse = undefined;
  }

  #warnOfDisplacement(): void {
    this.#client.warnOnce(
      'displacement',
      `Tokens of "${this.provider}" for different scopes end one another: it seems to keep one for each client. Ask for all scopes at once, or use a client for each.`,
    );
  }

  #now(): Instant {
    return instantOf(this.#client.clock);
  }

  #emit(details: TokenEventDetails): void {
    tell(this.#client, this.#request.scopes, details);
  }
}
