import type { AccessToken } from '../token/access-token.js';
import { tell, type ClientContext } from './client-context.js';
import { instantOf, type Instant } from '../base/clock.js';
import { remainingMs } from '../token/refresh-policy.js';
import { answerFunctionFailed, ClientCredentialsError, expiredOnArrival, ofTenant } from '../base/errors.js';
import type { TokenEventDetails } from '../base/events.js';
import type { RefreshTask } from './single-flight.js';
import type { GrantContext, IssuedToken } from '../token/issued-token.js';
import { refreshUnderLock } from '../store/locked-refresh.js';
import { StorePatience } from '../store/circuit-breaker.js';
import type { ResolvedRequest } from '../token/token-key.js';
import type { EntryState } from './entry-state.js';
import type { StoredToken } from '../store/stored-token.js';
import { unlessAborted } from '../base/abort.js';

/** How a token is acquired. */
export interface RefreshDeps {
  readonly shelf: StoredToken;
  readonly task: RefreshTask;
  /** Called when a token was not found but acquired. */
  readonly onAcquired: () => void;
}

/** One acquisition: brings a token, from the store or anew, notes in its record what came of it, and tells those who listen. */
export class Refresh {
  readonly #client: ClientContext;
  readonly #request: ResolvedRequest;
  readonly #record: EntryState;
  readonly #terms: RefreshDeps;
  readonly #started: Instant;

  constructor(client: ClientContext, request: ResolvedRequest, record: EntryState, terms: RefreshDeps) {
    this.#client = client;
    this.#request = request;
    this.#record = record;
    this.#terms = terms;
    this.#started = this.#now();
  }

  /** Rejects with a `ClientCredentialsError`, which is noted, or with the reason why the manager was closed. */
  async run(): Promise<AccessToken> {
    const { shutdown: closing, grant: acquirer, provider, tenant } = this.#client;
    try {
      return await closing.run(async (signal) => {
        this.#terms.shelf.bindTo(await unlessAborted(acquirer.binding(signal), signal));
        return this.#bring(signal);
      });
    } catch (thrown) {
      if (closing.isClosed) throw thrown;
      const isOurs = thrown instanceof ClientCredentialsError;
      const error = ofTenant(isOurs ? thrown : answerFunctionFailed(provider, thrown), tenant);
      this.#noteFailure(error);
      throw error;
    }
  }

  /** A token from the store, or a new one. */
  #bring(signal: AbortSignal): Promise<AccessToken> {
    const { shelf, task } = this.#terms;
    const { grant: acquirer, lockMs, random } = this.#client;
    const claims = this.#record.consumeClaims();
    const { lastToken, state } = this.#record;
    const patience = new StorePatience();
    const context = { ...this.#attempts(patience), signal, lastToken, claims };
    const isWelcome = (stored: IssuedToken): boolean =>
      this.#record.isUsable(stored, task.neededMs, this.#now(), this.#client);
    return refreshUnderLock({
      shelf,
      isWelcome: task.reason === 'forced' || claims !== undefined ? undefined : isWelcome,
      accept: (token) => this.#accept(token),
      acquire: () => acquirer.request(this.#request, context),
      introduce: (token) => this.#introduce(token),
      ttlMsOf: (token) => remainingMs(this.#record.withMargins(token, this.#client), this.#now()),
      rejected: state.dropped === undefined ? undefined : lastToken,
      lockMs,
      patience,
      random,
      signal,
    });
  }

  /** What is to be done about each attempt. */
  #attempts(patience: StorePatience): Pick<GrantContext, 'beforeSend' | 'onRotation'> {
    // A retry comes so much later that it is another wait.
    let patienceOfAttempt = patience;
    return {
      beforeSend: async () => {
        this.#terms.task.hasSent = true;
        await this.#client.budget?.spend(patienceOfAttempt, (budget) =>
          this.#emit({ type: 'issuance.near-limit', ...budget }),
        );
        patienceOfAttempt = new StorePatience();
      },
      onRotation: (wasRefused) => this.#emit({ type: 'credentials.rotated', wasRefused }),
    };
  }

  /** Takes a token into use that was acquired here, and lets others know. */
  #introduce(issued: IssuedToken): AccessToken {
    const isSameToken = this.#record.hadLast(issued.value);
    const access = this.#accept(issued);
    this.#record.countAcquisition();
    this.#terms.onAcquired();
    const { expiresAt } = access;
    this.#emit({ type: 'token.acquired', ...this.#facts(), expiresAt, isSameToken });
    return access;
  }

  #accept(issued: IssuedToken): AccessToken {
    const now = this.#now();
    const held = this.#record.withMargins(issued, this.#client);
    if (remainingMs(held, now) <= 0) throw expiredOnArrival(this.#client.provider);
    // It may fail, and then the record must not say that there is a token.
    const access = this.#client.toAccessToken(issued);
    this.#record.use(issued, held, access, this.#terms.task.reason, now);
    return access;
  }

  #noteFailure(error: ClientCredentialsError): void {
    const isServed = this.#record.fail(error, this.#now(), this.#client);
    const { code, message } = error;
    this.#emit({ type: 'token.failed', ...this.#facts(), code, message, isServed });
  }

  #facts(): Pick<Extract<TokenEventDetails, { type: 'token.acquired' }>, 'reason' | 'durationMs'> {
    return {
      reason: this.#terms.task.reason,
      durationMs: this.#now().monotonicMs - this.#started.monotonicMs,
    };
  }

  #now(): Instant {
    return instantOf(this.#client.clock);
  }

  #emit(details: TokenEventDetails): void {
    tell(this.#client, this.#request.scopes, details);
  }
}
