import { Deadline, unlessAborted } from '../base/abort.js';
import type { Instant } from '../base/clock.js';
import { answerFunctionFailed, ClientCredentialsError, expiredOnArrival, ofTenant } from '../base/errors.js';
import { emitEvent, type TokenEventDetails } from '../base/events.js';
import { refreshUnderLock } from '../store/locked-refresh.js';
import type { StoredToken } from '../store/stored-token.js';
import type { AccessToken } from '../token/access-token.js';
import { lifeLeftMs, type GrantContext, type IssuedToken } from '../token/issued-token.js';
import type { ResolvedRequest } from '../token/token-key.js';
import type { ClientContext } from './client-context.js';
import type { EntryState, RefreshInputs } from './entry-state.js';
import type { RefreshTask } from './single-flight.js';

/** Collaborators of one refresh. */
export interface RefreshDeps {
  /** The stored token; `undefined` without a store. */
  readonly stored: StoredToken | undefined;
  readonly task: RefreshTask;
}

/** One refresh: gets a token from the store or the token endpoint, updates the entry's state, and emits an event. */
export class Refresh {
  readonly #client: ClientContext;
  readonly #request: ResolvedRequest;
  readonly #state: EntryState;
  readonly #deps: RefreshDeps;

  constructor(client: ClientContext, request: ResolvedRequest, state: EntryState, deps: RefreshDeps) {
    this.#client = client;
    this.#request = request;
    this.#state = state;
    this.#deps = deps;
  }

  /** Returns the new token. Rejects with a `ClientCredentialsError`, which the state notes, or with the shutdown's reason. */
  run(): Promise<AccessToken> {
    const { observed } = this.#deps.task;
    return observed === undefined ? this.#run() : observed.refresh(() => this.#run());
  }

  async #run(): Promise<AccessToken> {
    const { shutdown, provider, tenant } = this.#client;
    const { stored, task } = this.#deps;
    try {
      const token = await shutdown.run((signal) => {
        if (stored === undefined) return this.#withoutStore(signal);
        const refreshing = this.#throughStore(stored, signal);
        // The shutdown waits until the lock is freed.
        stored.track(
          refreshing.then(
            () => undefined,
            () => undefined,
          ),
        );
        return refreshing;
      });
      task.observed?.end();
      return token;
    } catch (thrown) {
      if (shutdown.reason !== undefined) {
        // Only a token request that had begun was cut off.
        task.observed?.end(task.deadline && 'closed');
        throw thrown;
      }
      const isOurs = thrown instanceof ClientCredentialsError;
      const error = ofTenant(isOurs ? thrown : answerFunctionFailed(provider, thrown), tenant);
      this.#noteFailure(error);
      task.observed?.end(error.code);
      throw error;
    }
  }

  async #withoutStore(signal: AbortSignal): Promise<AccessToken> {
    const { grant } = this.#client;
    if (grant.isBound) await unlessAborted(grant.binding(signal), signal);
    const issued = await this.#ask(signal, this.#state.takeRefreshInputs());
    return this.#use(issued, true);
  }

  async #throughStore(stored: StoredToken, signal: AbortSignal): Promise<AccessToken> {
    const { grant, lockMs, random } = this.#client;
    const { task } = this.#deps;
    if (grant.isBound) stored.bindTo(await unlessAborted(grant.binding(signal), signal));
    const inputs = this.#state.takeRefreshInputs();
    const isUsable = (token: IssuedToken): boolean =>
      !this.#client.refusedTokens.has(token.value) &&
      this.#state.isUsable(token, task.minRemainingMs, this.#client.clock.instant(), this.#client);
    const { token, isNew, lock } = await refreshUnderLock({
      stored,
      isUsable: task.reason === 'forced' || inputs.claims !== undefined ? undefined : isUsable,
      request: () => this.#ask(signal, inputs),
      rejected: inputs.rejected,
      lockMs,
      random,
      signal,
    });
    let isInUse = false;
    try {
      const access = this.#use(token, isNew);
      isInUse = true;
      return access;
    } finally {
      if (isNew) stored.write(token, isInUse, lock);
    }
  }

  /** Requests a token. The deadline is kept in the task, where {@link SingleFlight} reads it. */
  async #ask(signal: AbortSignal, { claims, lastToken }: RefreshInputs): Promise<IssuedToken> {
    const { grant, timeoutMs, budget, clock, recentTokens } = this.#client;
    const { task } = this.#deps;
    const deadline = new Deadline(timeoutMs, { parent: signal });
    task.deadline = deadline;
    const { observed } = task;
    const context: GrantContext = {
      signal,
      deadline,
      claims,
      lastToken,
      recentTokens: recentTokens.values(clock.instant()),
      beforeSend: (url) => {
        task.hasSent = true;
        observed?.sendTo(url);
        return budget?.spend((limits) => this.#emit({ type: 'issuance.near-limit', ...limits }));
      },
      onRotation: (wasRefused) => this.#emit({ type: 'credentials.rotated', wasRefused }),
    };
    const request = (): Promise<IssuedToken> => grant.request(this.#request, context);
    try {
      return await (observed === undefined ? request() : observed.request(request));
    } finally {
      deadline.clear();
    }
  }

  /** Makes a token the entry's current one. Throws if the token has expired, or its header cannot be built. */
  #use(issued: IssuedToken, isNew: boolean): AccessToken {
    const client = this.#client;
    const { reason } = this.#deps.task;
    const now = client.clock.instant();
    // What the endpoint issues again is good again.
    if (isNew) client.refusedTokens.forget(issued.value);
    if (lifeLeftMs(issued, now) <= 0) throw expiredOnArrival(client.provider);
    // `dialect.authorization.format` may throw, so the state changes only afterwards.
    const access = client.accessTokens.create(issued);
    const { isSameToken, replaced } = this.#state.use(issued, access, { reason, isNew, now }, client);
    if (replaced !== undefined) client.recentTokens.note(replaced, now);
    if (isNew) {
      client.displacedTokens.noteAcquired(this.#state);
      this.#reportAcquired(issued, isSameToken, now);
    }
    return access;
  }

  #reportAcquired({ scopes, requested, lifetimeMs }: IssuedToken, isSameToken: boolean, now: Instant): void {
    const { reason } = this.#deps.task;
    this.#warnOfFewerScopes(scopes);
    const expiresAt = requested.at + lifetimeMs;
    const durationMs = this.#durationMs(now);
    this.#emit({ type: 'token.acquired', reason, durationMs, expiresAt, isSameToken }, now);
  }

  #warnOfFewerScopes(granted: readonly string[]): void {
    const { provider, warnOnce } = this.#client;
    const missing = this.#request.scopes.filter((scope) => !granted.includes(scope));
    if (missing.length === 0) return;
    warnOnce(
      `granted ${missing.toSorted().join(' ')}`,
      `"${provider}" granted fewer scopes than asked for: "${missing.join(' ')}" is missing. See that the client is allowed to have it, or take it out of scope.`,
    );
  }

  #noteFailure(error: ClientCredentialsError): void {
    const { reason } = this.#deps.task;
    const now = this.#client.clock.instant();
    const isServed = this.#state.fail(error, now, this.#client);
    const { code, message } = error;
    const durationMs = this.#durationMs(now);
    this.#emit({ type: 'token.failed', reason, durationMs, code, message, isServed }, now);
  }

  #durationMs(now: Instant): number {
    return now.monotonicMs - this.#deps.task.startedAt.monotonicMs;
  }

  #emit(details: TokenEventDetails, now?: Instant): void {
    emitEvent(this.#client, this.#request.scopes, details, now?.at);
  }
}
