import { Deadline, unlessAborted } from '../base/abort.js';
import { type Instant } from '../base/clock.js';
import { answerFunctionFailed, ClientCredentialsError, expiredOnArrival, ofTenant } from '../base/errors.js';
import type { TokenEventDetails } from '../base/events.js';
import { refreshUnderLock } from '../store/locked-refresh.js';
import type { StoredToken } from '../store/stored-token.js';
import type { AccessToken } from '../token/access-token.js';
import { lifeLeftMs, type IssuedToken } from '../token/issued-token.js';
import type { ResolvedRequest } from '../token/token-key.js';
import { emitEvent, type ClientContext } from './client-context.js';
import type { EntryState } from './entry-state.js';
import type { RefreshTask } from './single-flight.js';

/** Collaborators of one refresh. */
export interface RefreshDeps {
  /** The stored token; `undefined` without a store. */
  readonly stored: StoredToken | undefined;
  readonly task: RefreshTask;
  /** Called after the token endpoint issued a token. */
  readonly onAcquired: () => void;
}

/** One refresh: gets a token from the store or the token endpoint, updates the entry's state, and emits an event. */
export class Refresh {
  readonly #client: ClientContext;
  readonly #request: ResolvedRequest;
  readonly #state: EntryState;
  readonly #deps: RefreshDeps;
  readonly #startedAt: Instant;

  constructor(client: ClientContext, request: ResolvedRequest, state: EntryState, deps: RefreshDeps) {
    this.#client = client;
    this.#request = request;
    this.#state = state;
    this.#deps = deps;
    this.#startedAt = client.clock.instant();
  }

  /** Returns the new token. Rejects with a `ClientCredentialsError`, which the state notes, or with the shutdown's reason. */
  async run(): Promise<AccessToken> {
    const { shutdown, provider, tenant } = this.#client;
    const { stored } = this.#deps;
    try {
      return await shutdown.run((signal) => {
        if (stored === undefined) return this.#withoutStore(signal);
        const refreshing = this.#throughStore(stored, signal);
        // The shutdown waits until the lock is freed.
        stored.track(refreshing.then(ignore, ignore));
        return refreshing;
      });
    } catch (thrown) {
      if (shutdown.reason !== undefined) throw thrown;
      const isOurs = thrown instanceof ClientCredentialsError;
      const error = ofTenant(isOurs ? thrown : answerFunctionFailed(provider, thrown), tenant);
      this.#noteFailure(error);
      throw error;
    }
  }

  async #withoutStore(signal: AbortSignal): Promise<AccessToken> {
    const { grant } = this.#client;
    if (grant.isBound) await unlessAborted(grant.binding(signal), signal);
    const issued = await this.#ask(signal, this.#state.consumeClaims());
    return this.#useNew(issued);
  }

  async #throughStore(stored: StoredToken, signal: AbortSignal): Promise<AccessToken> {
    const { grant, lockMs, random } = this.#client;
    const { task } = this.#deps;
    if (grant.isBound) stored.bindTo(await unlessAborted(grant.binding(signal), signal));
    const claims = this.#state.consumeClaims();
    const { lastToken, wasDropped } = this.#state;
    const isUsable = (token: IssuedToken): boolean =>
      !this.#client.refusedTokens.has(token.value) &&
      this.#state.isUsable(token, task.minRemainingMs, this.#client.clock.instant(), this.#client);
    const { token, isNew, publish } = await refreshUnderLock({
      stored,
      isUsable: task.reason === 'forced' || claims !== undefined ? undefined : isUsable,
      request: () => this.#ask(signal, claims),
      rejected: wasDropped ? lastToken : undefined,
      lockMs,
      random,
      signal,
    });
    if (!isNew) return this.#use(token);
    let ttlMs: number | undefined;
    try {
      const access = this.#useNew(token);
      ttlMs = lifeLeftMs(token, this.#client.clock.instant());
      return access;
    } finally {
      publish(ttlMs);
    }
  }

  /** Requests a token. The deadline is kept in the task, where {@link SingleFlight} reads it. */
  async #ask(signal: AbortSignal, claims: string | undefined): Promise<IssuedToken> {
    const { grant, timeoutMs, budget, clock, recentTokens } = this.#client;
    const { task } = this.#deps;
    const deadline = new Deadline(timeoutMs, { parent: signal });
    task.deadline = deadline;
    try {
      return await grant.request(this.#request, {
        signal,
        deadline,
        claims,
        lastToken: this.#state.lastToken,
        recentTokens: recentTokens.values(clock.instant()),
        beforeSend: () => {
          task.hasSent = true;
          return budget?.spend((limits) => this.#emit({ type: 'issuance.near-limit', ...limits }));
        },
        onRotation: (wasRefused) => this.#emit({ type: 'credentials.rotated', wasRefused }),
      });
    } finally {
      deadline.clear();
    }
  }

  #useNew(issued: IssuedToken): AccessToken {
    this.#client.refusedTokens.forget(issued.value);
    const isSameToken = this.#state.isLast(issued.value);
    const access = this.#use(issued);
    this.#warnOfFewerScopes(access);
    this.#state.countAcquisition();
    this.#deps.onAcquired();
    this.#emit({
      type: 'token.acquired',
      reason: this.#deps.task.reason,
      durationMs: this.#elapsedMs(),
      expiresAt: access.expiresAt,
      isSameToken,
    });
    return access;
  }

  #use(issued: IssuedToken): AccessToken {
    const now = this.#client.clock.instant();
    if (lifeLeftMs(issued, now) <= 0) throw expiredOnArrival(this.#client.provider);
    // `dialect.authorization.format` may throw, so the state changes only afterwards.
    const access = this.#client.toAccessToken(issued);
    const { lastToken } = this.#state;
    if (lastToken !== undefined && lastToken !== issued.value) this.#client.recentTokens.note(lastToken, now);
    this.#state.use(issued, access, this.#deps.task.reason, now, this.#client);
    return access;
  }

  #warnOfFewerScopes({ scopes }: AccessToken): void {
    const { provider, warnOnce } = this.#client;
    const missing = this.#request.scopes.filter((scope) => !scopes.includes(scope));
    if (missing.length === 0) return;
    warnOnce(
      `granted ${missing.toSorted().join(' ')}`,
      `"${provider}" granted fewer scopes than asked for: "${missing.join(' ')}" is missing. See that the client is allowed to have it, or take it out of scope.`,
    );
  }

  #noteFailure(error: ClientCredentialsError): void {
    const isServed = this.#state.fail(error, this.#client.clock.instant(), this.#client);
    const { code, message } = error;
    this.#emit({
      type: 'token.failed',
      reason: this.#deps.task.reason,
      durationMs: this.#elapsedMs(),
      code,
      message,
      isServed,
    });
  }

  #elapsedMs(): number {
    return this.#client.clock.instant().monotonicMs - this.#startedAt.monotonicMs;
  }

  #emit(details: TokenEventDetails): void {
    emitEvent(this.#client, this.#request.scopes, details);
  }
}

function ignore(): void {}
