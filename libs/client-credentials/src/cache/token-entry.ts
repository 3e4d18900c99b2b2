import { unlessAborted } from '../base/abort.js';
import { type Instant } from '../base/clock.js';
import { emitEvent, type AcquisitionReason, type TokenEventDetails } from '../base/events.js';
import { runWithTenant } from '../base/tenant-context.js';
import { StoredToken } from '../store/stored-token.js';
import type { AccessToken } from '../token/access-token.js';
import { lifeLeftMs, type IssuedToken } from '../token/issued-token.js';
import { decide, type Freshness, type RefusalDecision } from '../token/refresh-policy.js';
import type { SnapshotRow } from '../token/snapshot.js';
import type { ResolvedRequest } from '../token/token-key.js';
import type { ClientContext } from './client-context.js';
import { EntryState } from './entry-state.js';
import { Refresh } from './refresh.js';
import { SingleFlight } from './single-flight.js';

/** What a refresh is for. */
interface RefreshNeed {
  readonly minRemainingMs?: number | undefined;
  /** Whether no caller waits. */
  readonly isBackground?: boolean;
}

const NO_NEED: RefreshNeed = Object.freeze({});
const BACKGROUND: RefreshNeed = Object.freeze({ isBackground: true });

/** One cached token. Carries out the decisions of {@link decide}, one refresh at a time. */
export class TokenEntry {
  readonly key: string;
  /** Count of the LRU's insertions at the last use. */
  usedAt = 0;
  readonly #client: ClientContext;
  readonly #request: ResolvedRequest;
  readonly #state = new EntryState();
  #served = 0;
  // Both are dropped when idle, because a manager may hold many entries.
  #flight: SingleFlight | undefined;
  #stored: StoredToken | undefined;
  // The count of RefusedTokens when this entry last looked for its own token there.
  #refusalsSeen = 0;

  /** @param key - identifies the entry among the entries of its client */
  constructor(client: ClientContext, request: ResolvedRequest, key: string) {
    this.key = key;
    this.#client = client;
    this.#request = request;
  }

  get provider(): string {
    return this.#client.provider;
  }

  /** Whether a refresh is in progress, so that the entry must not be evicted. */
  get isBusy(): boolean {
    return this.#flight !== undefined;
  }

  /**
   * Returns the cached token if it may be served, else a promise of the next token.
   *
   * @throws `ClientCredentialsError` while a failure is latched or after the shutdown; the signal's reason if the signal is aborted
   */
  get(freshness?: Freshness, signal?: AbortSignal): AccessToken | Promise<AccessToken> {
    const { shutdown, clock } = this.#client;
    if (shutdown.reason !== undefined) throw shutdown.reason;
    signal?.throwIfAborted();
    this.#dropIfRefused();
    const now = clock.instant();
    const decision = decide(this.#state, now, freshness);
    if (decision.do === 'fail') throw decision.error;
    if (decision.do === 'serve-and-refresh') this.#join('refresh-ahead', now, BACKGROUND);
    const { current } = this.#state;
    if (decision.do !== 'wait' && current !== undefined) {
      this.#served += 1;
      return current;
    }
    if (freshness?.forceRefresh === true) return unlessAborted(this.#forced(), signal);
    const reason = decision.do === 'wait' ? decision.reason : 'initial';
    return this.#join(reason, now, freshness).result(signal);
  }

  /** Returns the cached token, or `undefined` if {@link get} would wait. Starts a background refresh that is due. */
  peek(freshness?: Freshness): AccessToken | undefined {
    if (this.#client.shutdown.reason !== undefined) return undefined;
    this.#dropIfRefused();
    const now = this.#client.clock.instant();
    const decision = decide(this.#state, now, freshness);
    if (decision.do === 'serve-and-refresh') this.#join('refresh-ahead', now, BACKGROUND);
    return decision.do === 'serve' || decision.do === 'serve-and-refresh' ? this.#state.current : undefined;
  }

  /** The token as it was issued, and its request, for a client that replaces this entry's client. */
  get issued(): { readonly token: IssuedToken; readonly request: ResolvedRequest } | undefined {
    const token = this.#state.issued;
    return token && { token, request: this.#request };
  }

  /** Takes over a token of the client that was replaced, unless the token has expired or was refused. */
  takeOver(token: IssuedToken): void {
    const now = this.#client.clock.instant();
    if (lifeLeftMs(token, now) <= 0 || this.#client.refusedTokens.has(token.value)) return;
    const access = this.#client.accessTokens.create(token);
    this.#state.use(token, access, { reason: 'initial', isNew: false, now }, this.#client);
  }

  /** Drops the current token if another entry, or a client that this one replaces, was refused with the same token. */
  #dropIfRefused(): void {
    const { refusedTokens } = this.#client;
    if (this.#refusalsSeen === refusedTokens.count) return;
    this.#refusalsSeen = refusedTokens.count;
    const { current } = this.#state;
    if (current !== undefined && refusedTokens.has(current.value)) this.#state.drop('refused');
  }

  /** Handles a 401. `claims` are the claims that the API demands of the next token, as JSON. */
  refuse(value: string, claims?: string): RefusalDecision {
    const { displacedTokens, cooldownMs, refusedTokens } = this.#client;
    const now = this.#client.clock.instant();
    const wasDisplaced = displacedTokens.isDisplaced(this.#state, this.#state.current, now, cooldownMs);
    const decision = this.#state.refuse(value, wasDisplaced, now, cooldownMs, claims);
    if (decision !== 'leave') refusedTokens.note(value);
    if (decision === 'replace-displaced') {
      displacedTokens.count(now, cooldownMs);
      this.#warnOfDisplacement();
    }
    if (decision === 'replace' || decision === 'replace-displaced') {
      this.#emit({ type: 'token.invalidated', reason: 'rejected' }, now);
    }
    return decision;
  }

  /** Drops the token with this value, here and in the store. A newer token stays. */
  async invalidate(value: string): Promise<void> {
    const { lastToken } = this.#state;
    if (lastToken !== undefined && lastToken !== value) return;
    if (this.#state.current?.value === value) {
      this.#state.drop('requested');
      this.#emit({ type: 'token.invalidated', reason: 'requested' });
    }
    await this.#inStore()?.remove(value, this.#client.lockMs);
  }

  /** Removes the token from the store. */
  async forget(): Promise<void> {
    const { lastToken } = this.#state;
    if (lastToken !== undefined) await this.#inStore()?.remove(lastToken, this.#client.lockMs);
  }

  /** Clears remembered failures, so that the next caller causes a token request. */
  reset(): void {
    this.#state.reset();
  }

  /** Notes that the API needs more scopes than the token was granted. */
  noteInsufficientScope(
    status: number,
    requiredScopes: readonly string[],
    grantedScopes: readonly string[],
  ): void {
    this.#emit({ type: 'api.refused', reason: 'insufficient_scope', status, requiredScopes, grantedScopes });
  }

  noteReplay(status: number | undefined): void {
    this.#state.countReplay();
    this.#emit({ type: 'api.replayed', ...(status !== undefined && { status }) });
  }

  snapshot(): SnapshotRow {
    const { scopes, audience } = this.#request;
    const row = this.#state.snapshot(this.#client.clock.instant(), this.isBusy);
    return {
      provider: this.provider,
      tenant: this.#client.tenant,
      scope: scopes.join(' '),
      audience,
      served: this.#served,
      ...row,
    };
  }

  /** Returns a token requested after this call. A refresh that already sent its request may bring the replaced token. */
  async #forced(): Promise<AccessToken> {
    while (this.#flight?.isFresh === false && !this.#flight.isOverdue) await this.#flight.done();
    const { shutdown, clock } = this.#client;
    if (shutdown.reason !== undefined) throw shutdown.reason;
    const now = clock.instant();
    const decision = decide(this.#state, now, { forceRefresh: true });
    if (decision.do === 'fail') throw decision.error;
    return this.#join('forced', now).result();
  }

  /** Returns the refresh in progress, or starts one. An overdue refresh is not joined. */
  #join(reason: AcquisitionReason, startedAt: Instant, need: RefreshNeed = NO_NEED): SingleFlight {
    if (this.#flight !== undefined && !this.#flight.isOverdue) return this.#flight;
    const stored = this.#inStore();
    const { minRemainingMs = 0, isBackground = false } = need;
    const { provider, tenant, url, acquisitions } = this.#client;
    const observed = acquisitions.begin({ provider, tenant, reason, isBackground, url });
    this.#flight = new SingleFlight(
      { reason, minRemainingMs, startedAt, observed, hasSent: false },
      // Runs in the tenant's context, not the first caller's: other callers share this refresh.
      (task) =>
        runWithTenant(this.#client.tenant, () =>
          new Refresh(this.#client, this.#request, this.#state, { stored, task }).run(),
        ),
      (flight) => {
        if (this.#flight === flight) this.#flight = undefined;
        this.#releaseStored();
      },
    );
    return this.#flight;
  }

  /** Returns the stored token; `undefined` without a store. */
  #inStore(): StoredToken | undefined {
    const { storedTokens } = this.#client;
    if (storedTokens === undefined) return undefined;
    this.#stored ??= new StoredToken(storedTokens, this.#request, () => this.#releaseStored());
    return this.#stored;
  }

  /** Releases the StoredToken when idle. A bound one is kept: only it knows the thumbprint. */
  #releaseStored(): void {
    const stored = this.#stored;
    if (this.#flight === undefined && stored?.isReplaceable === true) this.#stored = undefined;
  }

  #warnOfDisplacement(): void {
    this.#client.warnOnce(
      'displacement',
      `Tokens of "${this.provider}" for different scopes end one another: the provider seems to keep one token per client. Request all scopes in one token, or configure one provider per scope.`,
    );
  }

  #emit(details: TokenEventDetails, now?: Instant): void {
    emitEvent(this.#client, this.#request.scopes, details, now?.at);
  }
}
