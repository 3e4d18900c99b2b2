import type { AccessToken } from '../token/access-token.js';
import { tell, type ClientContext } from './client-context.js';
import { momentOf, type Moment } from '../base/clock.js';
import { remainingMs } from '../token/refresh-policy.js';
import { answerFunctionFailed, ClientCredentialsError, expiredOnArrival, ofTenant } from '../base/errors.js';
import type { TokenEventDetails } from '../base/events.js';
import type { FlightTask } from './single-flight.js';
import type { AcquisitionContext, IssuedToken } from '../token/issued-token.js';
import { acquireShared } from '../store/locked-refresh.js';
import { StorePatience } from '../store/circuit-breaker.js';
import type { ResolvedRequest } from '../token/token-key.js';
import type { TokenRecord } from './entry-state.js';
import type { TokenShelf } from '../store/stored-token.js';
import { unlessAborted } from '../base/abort.js';

/** How a token is acquired. */
export interface AcquisitionTerms {
  readonly shelf: TokenShelf;
  readonly task: FlightTask;
  /** Called when a token was not found but acquired. */
  readonly onAcquired: () => void;
}

/** One acquisition: brings a token, from the store or anew, notes in its record what came of it, and tells those who listen. */
export class TokenAcquisition {
  readonly #client: ClientContext;
  readonly #request: ResolvedRequest;
  readonly #record: TokenRecord;
  readonly #terms: AcquisitionTerms;
  readonly #started: Moment;

  constructor(client: ClientContext, request: ResolvedRequest, record: TokenRecord, terms: AcquisitionTerms) {
    this.#client = client;
    this.#request = request;
    this.#record = record;
    this.#terms = terms;
    this.#started = this.#now();
  }

  /** Rejects with a `ClientCredentialsError`, which is noted, or with the reason why the manager was closed. */
  async run(): Promise<AccessToken> {
    const { closing, acquirer, provider, tenant } = this.#client;
    try {
      return await closing.during(async (signal) => {
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
    const { acquirer, lockMs, random } = this.#client;
    const claims = this.#record.takeClaims();
    const { lastToken, state } = this.#record;
    const patience = new StorePatience();
    const context = { ...this.#attempts(patience), signal, lastToken, claims };
    const isWelcome = (stored: IssuedToken): boolean =>
      this.#record.isWelcome(stored, task.neededMs, this.#now(), this.#client);
    return acquireShared({
      shelf,
      isWelcome: task.reason === 'forced' || claims !== undefined ? undefined : isWelcome,
      accept: (token) => this.#accept(token),
      acquire: () => acquirer.acquire(this.#request, context),
      introduce: (token) => this.#introduce(token),
      ttlMsOf: (token) => remainingMs(this.#record.hold(token, this.#client), this.#now()),
      rejected: state.dropped === undefined ? undefined : lastToken,
      lockMs,
      patience,
      random,
      signal,
    });
  }

  /** What is to be done about each attempt. */
  #attempts(patience: StorePatience): Pick<AcquisitionContext, 'beforeSend' | 'onRotation'> {
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
    const held = this.#record.hold(issued, this.#client);
    if (remainingMs(held, now) <= 0) throw expiredOnArrival(this.#client.provider);
    // It may fail, and then the record must not say that there is a token.
    const access = this.#client.toAccessToken(issued);
    this.#record.accept(issued, held, access, this.#terms.task.reason, now);
    return access;
  }

  #noteFailure(error: ClientCredentialsError): void {
    const isServed = this.#record.fail(error, this.#now(), this.#client);
    const { code, message } = error;
    this.#emit({ type: 'token.failed', ...this.#facts(), code, message, isServed });
  }

  #facts(): Pick<Extract<TokenEventDetails, { type: 'token.acquired' }>, 'reason' | 'durationMs'> {
    return { reason: this.#terms.task.reason, durationMs: this.#now().ticks - this.#started.ticks };
  }

  #now(): Moment {
    return momentOf(this.#client.clock);
  }

  #emit(details: TokenEventDetails): void {
    tell(this.#client, this.#request.scopes, details);
  }
}
